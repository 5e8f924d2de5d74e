import pytest

from ml_constructs.ai_services.analyze_state import analyze
from tests.stacks import asl


@pytest.fixture(scope="module")
def inner() -> asl.Definition:
    processor: asl.Definition = analyze(Next="After")["ItemProcessor"]
    return processor


def test_analyses_run_side_by_side() -> None:
    state = analyze(Next="After")
    assert (state["Items"], state["MaxConcurrency"], state["Next"]) == ("{% $inspection.analyses[] %}", 4, "After")
    assert state["Assign"] == {"analyses": "{% $states.result %}"}


def test_images_are_analysed_at_once_and_the_rest_by_jobs(inner: asl.Definition) -> None:
    mode = inner["States"]["Mode"]
    assert mode["Default"] == "AnalyzeImage"
    assert [(choice["Condition"], choice["Next"]) for choice in mode["Choices"]] == [
        ("{% $states.input.analysis.mode = 'async' %}", "StartTextractJob")
    ]


def test_a_job_waits_an_hour_for_its_notice_and_is_collected_all_the_same(inner: asl.Definition) -> None:
    start = inner["States"]["StartTextractJob"]
    assert start["Resource"] == "${LambdaInvokeAndWait}"
    assert start["TimeoutSeconds"] == 3600
    assert start["Arguments"]["Payload"]["task_token"] == "{% $states.context.Task.Token %}"
    assert start["Catch"] == [{"ErrorEquals": ["States.Timeout"], "Output": "{% $states.input %}", "Next": "CollectTextractJob"}]
    assert start["Next"] == "CollectTextractJob"


def test_a_job_that_is_not_done_is_asked_for_a_bounded_number_of_times(inner: asl.Definition) -> None:
    (unfinished,) = (retry for retry in inner["States"]["CollectTextractJob"]["Retry"] if "JobInProgress" in retry["ErrorEquals"])
    assert unfinished["MaxAttempts"] == 15


def test_a_wait_is_not_retried_when_it_is_over(inner: asl.Definition) -> None:
    retried = {error for retry in inner["States"]["StartTextractJob"]["Retry"] for error in retry["ErrorEquals"]}
    assert "States.Timeout" not in retried
