from typing import Any

from syncing import runs
from syncing.problems import LONGEST_REASON, Desk, Problem


def problem(**changes: Any) -> Problem:
    given: dict[str, Any] = {"subject": "s3://bucket/a.pdf", "status": "FAILED", "reason": "Because.", "version": "etag", "key": "a.pdf"}
    return Problem(**given | {"data_source": "Documents", "job": "job"} | changes)


def desk(cloud: Any) -> Desk:
    return Desk("sync", cloud.failed)


def test_a_message_says_what_is_wrong_with_what(cloud: Any) -> None:
    assert desk(cloud).tell(problem())
    assert cloud.messages(cloud.failed) == [
        {
            "kind": "document",
            "uri": "s3://bucket/a.pdf",
            "key": "a.pdf",
            "status": "FAILED",
            "reason": "Because.",
            "data_source": "Documents",
            "job": "job",
        }
    ]


def test_a_data_source_as_a_whole_has_no_address(cloud: Any) -> None:
    desk(cloud).tell(problem(subject="job", key=None, kind="ingestion"))
    (message,) = cloud.messages(cloud.failed)
    assert (message["kind"], message["uri"], message["key"], message["job"]) == ("ingestion", None, None, "job")


def test_the_same_is_told_once_whatever_reason_is_given(cloud: Any) -> None:
    assert desk(cloud).tell(problem())
    assert not desk(cloud).tell(problem(reason="Because (request 4711).", job="another"))
    assert len(cloud.messages(cloud.failed)) == 1


def test_another_status_or_version_is_news(cloud: Any) -> None:
    assert [desk(cloud).tell(problem(**news)) for news in ({}, {"status": "IGNORED"}, {"version": "new"})] == [True, True, True]


def test_two_data_sources_tell_of_one_document_each(cloud: Any) -> None:
    for _ in range(2):
        for source in ("Documents", "Archive"):
            desk(cloud).tell(problem(data_source=source))
    assert len(cloud.messages(cloud.failed)) == 2


def test_what_was_refused_on_arrival_is_not_told_again_of_that_version(cloud: Any) -> None:
    desk(cloud).tell(problem(status="TOO_LARGE", data_source=None, job=None))
    assert not desk(cloud).tell(problem())
    assert desk(cloud).tell(problem(version="new"))


def test_a_document_whose_version_is_unknown_is_not_taken_for_one_that_was_refused(cloud: Any) -> None:
    desk(cloud).tell(problem(data_source=None, version=""))
    assert desk(cloud).tell(problem(version=""))


def test_a_reason_is_cut_to_what_a_message_can_hold(cloud: Any) -> None:
    desk(cloud).tell(problem(reason="x" * 5000))
    (message,) = cloud.messages(cloud.failed)
    assert len(message["reason"]) == LONGEST_REASON


def test_what_was_told_is_forgotten_some_day(cloud: Any) -> None:
    desk(cloud).tell(problem())
    record = cloud.item("sync", problem().record["pk"])
    assert record["expires_at"] > 1_700_000_000
    assert "a.pdf" not in str(record)


def test_changes_are_counted(cloud: Any) -> None:
    asked = [runs.ask("sync", everything=everything) for everything in (False, True, False)]
    assert [(item["wanted"], item["wanted_all"]) for item in asked] == [(1, 0), (2, 1), (3, 1)]


def test_nobody_holds_what_nobody_took() -> None:
    assert not runs.held({})
    assert not runs.held({"holder": "run", "held_until": 1})
    assert runs.held({"holder": "run", "held_until": 99_999_999_999})


def test_what_was_wanted_and_not_taken_is_left_over() -> None:
    assert runs.left_over({"wanted": 1})
    assert runs.left_over({"wanted": 2, "taken": 1})
    assert not runs.left_over({"wanted": 2, "taken": 2})
    assert not runs.left_over({})
