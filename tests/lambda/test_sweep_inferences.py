from collections.abc import Callable
from typing import Any

import pytest

from documents import tables
from documents.errors import TransientServiceError
from record_inference.handler import handler as record
from submit_inference.handler import handler as submit
from sweep_inferences.handler import handler
from tests.async_fakes import Endpoint, a_notice, an_upload, batch, counted, failed, identity

ID = identity()
LONG_AGO = "2020-01-01T00:00:00.000+00:00"


def age(inference: str = ID, **changes: Any) -> None:
    """Lets a row be as old as the hills."""
    tables.update("inferences", {"inference": inference}, {"updated_at": LONG_AGO, "lease_until": 1} | changes)


def row(cloud: Any, inference: str = ID) -> dict[str, Any]:
    found: dict[str, Any] = cloud.item("inferences", inference)
    return found


def test_what_is_never_answered_ends_as_lost_and_is_told_once(
    cloud: Any, endpoint: Endpoint, context: Any, printed: Callable[[], str]
) -> None:
    submit(batch(an_upload()), context)
    age()
    assert handler({}, context) == {"given_up": 1}
    assert handler({}, context) == {"given_up": 0}
    found = row(cloud)
    assert (found["status"], found["reason"]["code"]) == ("FAILED", "LOST")
    (told,) = cloud.messages(cloud.failed)
    assert (told["rejection"]["code"], told["rejection"]["status"], told["attempt"]) == ("LOST", "FAILED", 2)
    assert counted(printed())["InferencesLost"] == 1.0


def test_what_may_still_be_answered_is_left(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    submit(batch(an_upload()), context)
    assert handler({}, context) == {"given_up": 0}
    assert row(cloud)["status"] == "SUBMITTED"


@pytest.mark.parametrize("ending", ["Completed", "Failed"])
def test_what_has_an_end_is_left(cloud: Any, endpoint: Endpoint, context: Any, ending: str) -> None:
    submit(batch(an_upload()), context)
    record(batch(a_notice(f"{ID}-1", status=ending)), context)
    age()
    assert handler({}, context) == {"given_up": 0}


def test_what_could_not_be_submitted_ends_without_a_message_because_its_own_is_kept(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    endpoint.refusal = 503
    submit(batch(an_upload()), context)
    age()
    assert handler({}, context) == {"given_up": 1}
    assert row(cloud)["reason"]["code"] == "NOT_SUBMITTED"
    assert cloud.messages(cloud.failed) == []


def test_its_own_message_submits_it_when_it_is_moved_back(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    endpoint.refusal = 503
    submit(batch(an_upload()), context)
    age()
    handler({}, context)
    endpoint.refusal = None
    submit(batch(an_upload()), context)
    assert endpoint.inference_ids == [f"{ID}-1"]
    assert row(cloud)["status"] == "SUBMITTED"


def test_an_answer_after_all_is_recorded(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    submit(batch(an_upload()), context)
    age()
    handler({}, context)
    assert failed(record(batch(a_notice(f"{ID}-1")), context)) == []
    assert row(cloud)["status"] == "SUCCEEDED"


def test_an_answer_that_comes_in_between_wins(cloud: Any, endpoint: Endpoint, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(batch(an_upload()), context)
    age()
    monkeypatch.setattr("submissions.failures.tell", lambda *_: record(batch(a_notice(f"{ID}-1")), context))
    assert handler({}, context) == {"given_up": 0}
    assert row(cloud)["status"] == "SUCCEEDED"


def test_all_pages_are_looked_through(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    for number in range(12):
        submit(batch(an_upload(version=f"v{number}")), context)
        age(identity(version=f"v{number}"))
    assert handler({}, context) == {"given_up": 12}


def test_a_run_without_time_says_so_before_it_is_cut_off(cloud: Any, endpoint: Endpoint, context: Any) -> None:
    submit(batch(an_upload()), context)
    age()
    context.remaining_ms = 1_000
    with pytest.raises(TransientServiceError, match="OUT_OF_TIME"):
        handler({}, context)
    assert row(cloud)["status"] == "SUBMITTED"
