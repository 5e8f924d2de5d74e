import json
from typing import Any

import jsonata

from ml_constructs.sagemaker.inference.transform.transform_states import JOB_NAME
from tests.constructs.sagemaker.inference.transform.transform_scene import busy, scene
from tests.stacks import asl
from tests.transform_fakes import a_plan
from transforms.plans import Plan


def states() -> dict[str, Any]:
    found: dict[str, Any] = scene().definition["States"]
    return found


def test_the_state_machine_is_sound() -> None:
    for each in (scene(), busy()):
        assert asl.unreachable(each.definition) == set()
        assert asl.careless_tasks(each.definition) == {}
        assert asl.choices_without_default(each.definition) == []
        assert asl.unassigned(each.definition) == set()
        assert asl.broken_expressions(each.definition) == []


def test_the_job_is_waited_for_as_long_as_it_may_run() -> None:
    assert states()["Transform"]["Resource"] == "${CreateTransformJob}"
    assert states()["Transform"]["TimeoutSeconds"] == 4 * 3600
    assert busy().definition["States"]["Transform"]["TimeoutSeconds"] == 2 * 3600
    assert busy().definition["TimeoutSeconds"] == (1 + 3 * 3) * 3600


def test_names_of_jobs_are_those_that_functions_know_them_by() -> None:
    expression = JOB_NAME.removeprefix("{%").removesuffix("%}").replace("${JobPrefix}", "jobs")
    for attempt, number in ((1, 1), (12, 3)):
        plan = a_plan(attempt=attempt)
        found = jsonata.Jsonata(expression)
        frame = found.create_frame()
        frame.bind("plan", plan)
        frame.bind("try", number)
        assert found.evaluate(None, frame) == Plan.of(plan).job_name("jobs", number)


def test_throttles_and_quotas_are_waited_out_with_jitter() -> None:
    retried = {name: rule for rule in states()["Transform"]["Retry"] for name in rule["ErrorEquals"]}
    assert set(retried) == {
        "SageMaker.AmazonSageMakerException",
        "SageMaker.SdkClientException",
        "SageMaker.ResourceLimitExceededException",
    }
    assert {rule["JitterStrategy"] for rule in retried.values()} == {"FULL"}
    quota = retried["SageMaker.ResourceLimitExceededException"]
    assert (quota["IntervalSeconds"], quota["MaxAttempts"]) == (60, 48)


def test_a_job_that_is_there_already_is_looked_at_instead() -> None:
    known, other = states()["Transform"]["Catch"]
    assert (known["ErrorEquals"], known["Next"]) == (["SageMaker.ResourceInUseException"], "Report")
    assert (other["ErrorEquals"], other["Next"]) == (["States.ALL"], "Report")
    assert "failure" not in known.get("Assign", {})


def test_what_comes_of_a_job_decides_how_it_goes_on() -> None:
    choices = {choice["Condition"]: choice["Next"] for choice in states()["Outcome"]["Choices"]}
    assert choices == {
        "{% $outcome = 'SUCCEEDED' %}": "Release",
        "{% $outcome = 'AGAIN' %}": "NextTry",
        "{% $outcome = 'RUNNING' %}": "Wait",
    }
    assert states()["Outcome"]["Default"] == "Abandon"


def test_every_end_gives_the_slot_back() -> None:
    for name in ("Release", "Abandon"):
        assert states()[name]["Arguments"]["UpdateExpression"] == "DELETE holders :holder"
    assert states()["Report"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Abandon"}]


def test_as_many_requests_as_allowed_are_worked_on_at_once() -> None:
    for each, slots in ((scene(), "2"), (busy(), "5")):
        assert each.definition["States"]["AcquireSlot"]["Arguments"]["ExpressionAttributeValues"][":slots"] == {"N": slots}


def test_executions_hold_no_data_but_addresses() -> None:
    assert "Body" not in json.dumps(states())
