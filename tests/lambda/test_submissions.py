import json
from typing import Any

import pytest

from documents import tables
from documents.intake import parse
from submissions import failures, rows
from tests.async_fakes import an_upload, identity

ID = identity()
TABLE = "inferences"


def claim(attempt: int = 1, lease_seconds: int = 300) -> bool:
    intake = parse(json.dumps(an_upload(attempt=attempt)))
    return rows.claim(TABLE, intake, lease_seconds=lease_seconds, retention_days=0)


def refuse(attempt: int = 1) -> dict[str, Any] | None:
    return rows.refuse(TABLE, parse(json.dumps(an_upload(attempt=attempt))), failures.reason("EMPTY", "Empty."), retention_days=0)


def test_an_attempt_is_claimed_once_while_its_lease_lasts(cloud: Any) -> None:
    assert [claim(), claim()] == [True, False]


def test_a_lapsed_lease_can_be_claimed_until_the_attempt_is_accepted(cloud: Any) -> None:
    assert [claim(lease_seconds=-10), claim(lease_seconds=-10)] == [True, True]
    rows.accept(TABLE, ID, 1, {"output_location": "s3://a", "failure_location": "s3://b"})
    assert claim(lease_seconds=-10) is False


def test_an_accepted_attempt_leaves_the_next_one_open_at_once(cloud: Any) -> None:
    claim(lease_seconds=300)
    rows.accept(TABLE, ID, 1, {"output_location": "s3://a", "failure_location": "s3://b"})
    assert claim(attempt=2) is True
    assert "output_location" not in cloud.item(TABLE, ID)


def test_an_input_with_an_answer_is_neither_claimed_nor_refused(cloud: Any) -> None:
    claim(lease_seconds=-10)
    assert rows.succeed(TABLE, ID, 1, "s3://a") is True
    assert (claim(attempt=2), refuse(attempt=2)) == (False, None)


def test_an_answer_that_came_before_the_acceptance_names_no_failure(cloud: Any) -> None:
    claim()
    rows.succeed(TABLE, ID, 1, "s3://a")
    rows.accept(TABLE, ID, 1, {"output_location": "s3://a", "failure_location": "s3://b"})
    found = cloud.item(TABLE, ID)
    assert (found["status"], found["output_location"], "failure_location" in found) == ("SUCCEEDED", "s3://a", False)


def test_an_answer_is_news_once(cloud: Any) -> None:
    claim()
    assert [rows.succeed(TABLE, ID, 1, "s3://a"), rows.succeed(TABLE, ID, 1, "s3://b")] == [True, False]
    assert cloud.item(TABLE, ID)["output_location"] == "s3://a"


def test_rows_that_are_not_there_are_not_made_by_news(cloud: Any) -> None:
    rows.accept(TABLE, ID, 1, {"output_location": "s3://a", "failure_location": "s3://b"})
    assert rows.succeed(TABLE, ID, 1, "s3://a") is False
    assert rows.fail(TABLE, ID, 1, failures.reason("X", "x")) is None
    assert cloud.item(TABLE, ID) == {}


def test_a_row_that_has_changed_since_it_was_read_is_not_given_up(cloud: Any) -> None:
    claim()
    read = cloud.item(TABLE, ID)
    tables.update(TABLE, {"inference": ID}, {"updated_at": "2999"})
    assert rows.give_up(TABLE, read, failures.reason("LOST", "Lost.")) is None
    assert rows.give_up(TABLE, cloud.item(TABLE, ID), failures.reason("LOST", "Lost.")) is not None


def test_a_refusal_can_be_repeated_until_a_later_attempt_begins(cloud: Any) -> None:
    assert refuse() is not None
    assert refuse() is not None
    assert claim(attempt=2) is True
    assert refuse() is None


def test_people_are_told_of_an_attempt_once(cloud: Any) -> None:
    refuse()
    assert failures.tell(TABLE, cloud.rejected, cloud.item(TABLE, ID)) is True
    assert failures.tell(TABLE, cloud.rejected, cloud.item(TABLE, ID)) is False
    assert len(cloud.messages(cloud.rejected)) == 1


@pytest.mark.parametrize(("given", "kept"), [("short", 5), ("x" * 501, 500)])
def test_reasons_are_kept_short(given: str, kept: int) -> None:
    assert len(failures.reason("CODE", given)["message"]) == kept
