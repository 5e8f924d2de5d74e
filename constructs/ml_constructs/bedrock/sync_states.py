"""The states of a run that takes changed documents in, in Amazon States Language with JSONata expressions."""

from collections.abc import Sequence
from typing import Any

from ml_constructs.bedrock import run_states
from ml_constructs.bedrock.ingestion_states import ingestion
from ml_constructs.foundation.states import State


def definition(sources: Sequence[str], *, poll_seconds: int, timeout_seconds: int, report_seconds: int) -> dict[str, Any]:
    """The whole run: one data source after the other; one that fails keeps none of the others back, and makes the run fail at the end.

    After uploads it is the first data source alone, unless all of them were asked for since a run took them all in without a failure.

    Args:
        sources: Names of the data sources, first that of the uploads; their ids stand for ``${Source1}`` and so on.
        poll_seconds: How long the first look at a job waits.
        timeout_seconds: How long a run may take.
        report_seconds: How long the report on a job may take.
    """
    known = [{"name": name, "id": f"${{Source{number}}}"} for number, name in enumerate(sources, 1)]
    map_state = {
        "Type": "Map",
        "Items": "{% $everything ? $sources : [$sources[0]] %}",
        "MaxConcurrency": 1,
        "ItemProcessor": ingestion(poll_seconds=poll_seconds, timeout_seconds=timeout_seconds, report_seconds=report_seconds),
        "Assign": {
            "failures": "{% $sum($states.result.failed) %}",
            "met": "{% $sum($states.result.failed) > 0 ? $met : $requests %}",
        },
        "Catch": [{"ErrorEquals": run_states.ANY, "Assign": {"failures": 1}, "Next": "Release"}],
        "Next": "Release",
    }
    states = {
        "Acquire": run_states.acquire(timeout_seconds, assign={"sources": known}, Next="IngestSources"),
        "IngestSources": map_state,
        **run_states.leave(then="Outcome"),
        "Outcome": {"Type": "Choice", "Choices": [{"Condition": "{% $failures > 0 %}", "Next": "Failed"}], "Default": "Synced"},
        **_ends(),
    }
    return {"QueryLanguage": "JSONata", "StartAt": "Acquire", "TimeoutSeconds": timeout_seconds, "States": states}


def _ends() -> dict[str, State]:
    failures = {
        "NotStarted": ("SyncNotStarted", "The table of runs could not be written, so that no other run can be ruled out"),
        "NotReleased": ("SyncNotReleased", "The knowledge base could not be left to the next run; close_sync does it"),
        "Failed": ("IngestionFailed", "Data sources could not be taken in: the queue of failed documents tells which, and why"),
    }
    fail = {name: {"Type": "Fail", "Error": error, "Cause": cause} for name, (error, cause) in failures.items()}
    return {"AlreadyRunning": {"Type": "Succeed"}, "Synced": {"Type": "Succeed"}, **fail}
