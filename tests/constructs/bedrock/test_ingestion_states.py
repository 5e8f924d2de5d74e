from typing import Any

import jsonata
import pytest

from ml_constructs.bedrock.ingestion_states import OCCUPIED, ingestion
from ml_constructs.foundation.states import BEDROCK_AGENT_ERRORS
from tests.stacks import asl


def machine(*, poll: int = 15, timeout: int = 36_000) -> dict[str, Any]:
    return ingestion(poll_seconds=poll, timeout_seconds=timeout, report_seconds=100)


def states(**changes: int) -> dict[str, Any]:
    found: dict[str, Any] = machine(**changes)["States"]
    return found


def evaluate(text: str, **variables: Any) -> Any:
    expression = jsonata.Jsonata.jsonata(text.removeprefix("{%").removesuffix("%}"))
    for name, value in variables.items():
        expression.assign(name, value)
    return expression.evaluate(None)


def test_a_job_is_started_looked_at_until_it_ends_and_reported() -> None:
    found = states()
    assert (machine()["StartAt"], found["StartIngestion"]["Next"], found["Pause"]["Next"]) == ("StartIngestion", "Pause", "GetIngestion")
    assert found["Ended"]["Default"] == "Pause"
    assert found["Report"]["End"] is True


@pytest.mark.parametrize(
    ("status", "ended"),
    [("STARTING", False), ("IN_PROGRESS", False), ("STOPPING", False), ("COMPLETE", True), ("FAILED", True), ("STOPPED", True)],
)
def test_a_job_ends_in_one_of_three_ways(status: str, ended: bool) -> None:
    (choice,) = states()["Ended"]["Choices"]
    assert evaluate(choice["Condition"], status=status) is ended
    assert choice["Next"] == "Report"


@pytest.mark.parametrize(("poll", "pause", "expected"), [(15, 15, 17), (15, 580, 600), (15, 600, 600), (3600, 3600, 3600)])
def test_waits_grow_by_a_tenth_up_to_ten_minutes(poll: int, pause: int, expected: int) -> None:
    assert evaluate(states(poll=poll)["GetIngestion"]["Assign"]["pause"], pause=pause) == expected


def test_the_first_wait_is_as_long_as_asked_for() -> None:
    assert states(poll=7)["StartIngestion"]["Assign"]["pause"] == 7


def test_a_run_leaves_room_in_the_history_of_an_execution() -> None:
    pause, elapsed, looks = 1.0, 0.0, 0
    while elapsed < 168 * 3600:
        elapsed, looks = elapsed + pause, looks + 1
        pause = evaluate(states(poll=1)["GetIngestion"]["Assign"]["pause"], pause=pause) if pause < 600 else pause
    # A wait, a task and a choice write nine entries, of which there may be 25,000:
    # https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    assert looks * 9 < 12_000


def test_a_job_that_cannot_start_yet_is_waited_for_within_the_time_of_a_run() -> None:
    occupied, passing = states(timeout=36_000)["StartIngestion"]["Retry"]
    assert occupied["ErrorEquals"] == list(OCCUPIED)
    assert 36_000 / 2 <= occupied["MaxAttempts"] * occupied["MaxDelaySeconds"] <= 36_000
    assert passing["ErrorEquals"] == list(BEDROCK_AGENT_ERRORS)


def test_a_start_that_is_repeated_is_one_start() -> None:
    token = states()["StartIngestion"]["Arguments"]["ClientToken"]
    given = {"context": {"Execution": {"Id": "arn"}}, "input": {"id": "SOURCE"}}
    asked = []

    def digest(text: str, algorithm: str) -> str:
        asked.append((text, algorithm))
        return "digest"

    expression = jsonata.Jsonata.jsonata(token.removeprefix("{%").removesuffix("%}"))
    expression.assign("states", given)
    expression.register_lambda("hash", digest)
    assert expression.evaluate(None) == "digest"
    assert asked == [("arnSOURCE", "SHA-256")]


def test_whatever_goes_wrong_is_reported_and_keeps_no_other_data_source_back() -> None:
    found = states()
    for name in ("StartIngestion", "GetIngestion"):
        (caught,) = found[name]["Catch"]
        assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "Report")
        assert caught["Assign"]["error"]["code"] == "{% $states.errorOutput.Error %}"
    assert found["StartIngestion"]["Catch"][0]["Assign"]["job"] is None
    assert [caught["Next"] for caught in found["Report"]["Catch"]] == ["NotReported"]
    assert found["NotReported"]["Output"] == {"failed": 1}


def test_tasks_are_careful() -> None:
    assert asl.careless_tasks(machine()) == {}
    assert asl.unassigned(machine()) == set()
    assert asl.unreachable(machine()) == set()
