from ml_constructs.ai_services.document_functions import SIZES
from ml_constructs.ai_services.document_tasks import MARGIN_SECONDS, rejected, task, variables


def test_a_task_hands_over_the_document_and_the_attempt() -> None:
    payload = task("StoreResult", variables("assembly"))["Arguments"]["Payload"]
    assert payload == {
        "document": "{% $states.context.Execution.Input.document %}",
        "attempt": "{% $states.context.Execution.Input.attempt %}",
        "assembly": "{% $assembly %}",
    }


def test_a_task_outlives_its_function() -> None:
    assert task("StoreResult", {})["TimeoutSeconds"] == SIZES["StoreResult"].timeout_seconds + MARGIN_SECONDS
    assert task("StoreResult", {}, timeout_seconds=5)["TimeoutSeconds"] == 5


def test_a_task_passes_its_input_on_unless_told_otherwise() -> None:
    assert task("StoreResult", {})["Output"] == "{% $states.input %}"
    assert task("StoreResult", {}, Output="{% 1 %}")["Output"] == "{% 1 %}"


def test_a_busy_service_is_tried_again() -> None:
    assert task("StoreResult", {})["Retry"][0]["ErrorEquals"] == ["TransientServiceError"]


def test_a_document_at_fault_is_refused_and_anything_else_is_a_failure() -> None:
    assert [(way["ErrorEquals"], way["Assign"]["status"], way["Next"]) for way in rejected()] == [
        (["DocumentRejected"], "REFUSED", "AbandonSlot"),
        (["States.ALL"], "FAILED", "AbandonSlot"),
    ]


def test_an_error_without_a_cause_has_an_empty_one() -> None:
    assert rejected()[0]["Assign"]["reason"]["message"] == "{% $states.errorOutput.Cause & '' %}"
