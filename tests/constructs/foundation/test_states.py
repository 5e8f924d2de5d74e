import pytest

from ml_constructs.foundation.states import (
    BEDROCK_AGENT_ERRORS,
    DYNAMODB_ERRORS,
    INTEGRATIONS,
    LAMBDA_ERRORS,
    SQS_ERRORS,
    THROTTLED,
    lambda_task,
    retry,
)
from tests.stacks import asl

WAITING = "lambda:invoke.waitForTaskToken"


def test_a_retry_backs_off_with_full_jitter() -> None:
    assert retry(("Busy",)) == {
        "ErrorEquals": ["Busy"],
        "IntervalSeconds": 1,
        "MaxAttempts": 6,
        "BackoffRate": 2.0,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    }


def test_a_retry_is_as_patient_as_asked_for() -> None:
    found = retry(("Busy",), interval=5, attempts=2, backoff=1.5, max_delay=30)
    assert (found["IntervalSeconds"], found["MaxAttempts"], found["BackoffRate"], found["MaxDelaySeconds"]) == (5, 2, 1.5, 30)


@pytest.mark.parametrize("wildcard", ["States.ALL", "States.TaskFailed"])
def test_a_retry_of_everything_is_refused(wildcard: str) -> None:
    with pytest.raises(ValueError, match=f"errors must be named one by one, got {wildcard}"):
        retry(("Busy", wildcard))


def test_a_function_gets_its_event_and_a_time_limit() -> None:
    state = lambda_task("Score", {"record": "{% $record %}"}, timeout_seconds=30, End=True)
    assert state["Resource"] == "${LambdaInvoke}"
    assert state["Arguments"] == {"FunctionName": "${Score}", "Payload": {"record": "{% $record %}"}}
    assert (state["TimeoutSeconds"], state["End"]) == (30, True)


def test_a_task_that_waits_says_so() -> None:
    assert lambda_task("Ask", {}, timeout_seconds=30, wait=True)["Resource"] == "${LambdaInvokeAndWait}"
    assert INTEGRATIONS["LambdaInvokeAndWait"] == WAITING


def test_retries_of_ones_own_come_before_those_for_lambda() -> None:
    state = lambda_task("Score", {}, timeout_seconds=30, retries=[retry(("Busy",))])
    assert [entry["ErrorEquals"][0] for entry in state["Retry"]] == ["Busy", LAMBDA_ERRORS[0], *THROTTLED, "Lambda.Unknown"]


def test_a_want_of_concurrency_is_waited_out() -> None:
    (patient,) = (entry for entry in lambda_task("Score", {}, timeout_seconds=30)["Retry"] if entry["ErrorEquals"] == [*THROTTLED])
    assert patient["MaxAttempts"] * patient["MaxDelaySeconds"] / 2 >= 1800


def test_a_task_with_a_way_out_is_careful() -> None:
    state = lambda_task("Score", {}, timeout_seconds=30, End=True, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Failed"}])
    definition = {"StartAt": "Score", "States": {"Score": state, "Failed": {"Type": "Fail"}}}
    assert asl.careless_tasks(definition) == {}


@pytest.mark.parametrize("errors", [LAMBDA_ERRORS, BEDROCK_AGENT_ERRORS, DYNAMODB_ERRORS, SQS_ERRORS])
def test_errors_are_named_once_and_without_wildcards(errors: tuple[str, ...]) -> None:
    assert len(set(errors)) == len(errors)
    assert not asl.WILDCARDS & set(errors)
