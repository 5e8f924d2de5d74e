import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions import cache, sessions
from questions.callers import Caller
from questions.deadlines import Deadline
from questions.errors import UnknownSession
from questions.outcomes import ANSWERED
from questions.responses import Result, response_of
from questions.retrieval import Passage
from questions.sessions import LONGEST_HISTORY, Session, Turn, bounded
from questions.settings import Settings, settings
from tests import bedrock_fakes

ADA, BOB = Caller(None, "arn:ada"), Caller(None, "arn:bob")
UNUSED = "6f1c0b52-2f5e-4d0c-8a5f-0d6a3f3c2b11"


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    with bedrock_fakes.tables() as client:
        yield client


@pytest.fixture
def both(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    bedrock_fakes.configure(monkeypatch, **bedrock_fakes.SESSIONS, **bedrock_fakes.CACHE)
    return settings()


@pytest.fixture
def deadline(context: Any) -> Deadline:
    return Deadline(context)


def items(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dynamodb.scan(TableName=table)["Items"]
    return found


def begun(caller: Caller, found: Settings, deadline: Deadline, *turns: Turn) -> Session:
    """A session that was kept with these turns."""
    session = sessions.opened(None, caller, found, deadline)
    assert session is not None
    assert sessions.kept(session, None, found, deadline)
    for turn in turns:
        session = reopened(session.id, caller, found, deadline)
        assert sessions.kept(session, turn, found, deadline)
    return reopened(session.id, caller, found, deadline)


def reopened(session_id: str, caller: Caller, found: Settings, deadline: Deadline) -> Session:
    session = sessions.opened(session_id, caller, found, deadline)
    assert session is not None
    return session


# sessions


def test_a_session_goes_on_with_its_turns(both: Settings, deadline: Deadline) -> None:
    turns = (Turn("Leave?", "30 days [1]."), Turn("Paid?", "Yes [1]."))
    session = begun(ADA, both, deadline, *turns)
    assert session.turns == turns
    assert session.revision == 3


def test_only_the_newest_turns_are_kept(both: Settings, deadline: Deadline) -> None:
    session = begun(ADA, both, deadline, *(Turn(f"{number}?", f"{number}.") for number in range(5)))
    assert [turn.question for turn in session.turns] == ["2?", "3?", "4?"]


def test_a_session_is_nobody_elses(both: Settings, deadline: Deadline) -> None:
    session = begun(Caller("north", "user-1"), both, deadline, Turn("Leave?", "30 days."))
    for other in (ADA, Caller("south", "user-1"), Caller("north", "user-2"), Caller(None, "user-1"), Caller("north|user-1", "")):
        with pytest.raises(UnknownSession):
            sessions.opened(session.id, other, both, deadline)


def test_a_session_that_was_never_given_out_is_unknown(both: Settings, deadline: Deadline) -> None:
    with pytest.raises(UnknownSession, match="There is no such session"):
        sessions.opened(UNUSED, ADA, both, deadline)


def test_a_session_ends_when_it_expires_even_before_it_is_deleted(
    both: Settings, deadline: Deadline, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun(ADA, both, deadline, Turn("Leave?", "30 days."))
    now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + 24 * 3600 + 1)
    with pytest.raises(UnknownSession):
        sessions.opened(session.id, ADA, both, deadline)


def test_a_session_lasts_from_its_last_question(both: Settings, deadline: Deadline, dynamodb: Any) -> None:
    session = begun(ADA, both, deadline, Turn("Leave?", "30 days."))
    item = dynamodb.get_item(TableName="sessions", Key={"pk": {"S": session.key}})["Item"]
    assert abs(int(item["expires_at"]["N"]) - time.time() - 24 * 3600) < 60


def test_of_two_questions_at_once_one_is_kept(both: Settings, deadline: Deadline, printed: Callable[[], str]) -> None:
    session = begun(ADA, both, deadline)
    assert sessions.kept(session, Turn("First?", "1."), both, deadline)
    assert not sessions.kept(session, Turn("Second?", "2."), both, deadline)
    assert [turn.question for turn in reopened(session.id, ADA, both, deadline).turns] == ["First?"]
    log = printed()
    assert "ConditionalCheckFailedException" in log
    assert "Second?" not in log


@pytest.mark.parametrize("written", ["", "{", "5", '{"a": 1}', '[5, {"question": "Q"}, {"question": 1, "answer": "A"}]'])
def test_turns_that_cannot_be_read_are_none(both: Settings, deadline: Deadline, dynamodb: Any, written: str) -> None:
    item = {"pk": sessions.key_of(ADA, UNUSED), "turns": written}
    values = {name: {"S": value} for name, value in item.items()} | {"expires_at": {"N": "9999999999"}}
    dynamodb.put_item(TableName="sessions", Item=values)
    assert reopened(UNUSED, ADA, both, deadline) == Session(UNUSED, item["pk"], (), 0)
    dynamodb.delete_item(TableName="sessions", Key={"pk": values["pk"]})


def test_without_a_table_or_a_caller_there_are_no_sessions(monkeypatch: pytest.MonkeyPatch, both: Settings, deadline: Deadline) -> None:
    assert sessions.opened(None, Caller(None, ""), both, deadline) is None
    bedrock_fakes.configure(monkeypatch)
    assert sessions.opened(None, ADA, settings(), deadline) is None
    with pytest.raises(UnknownSession):
        sessions.opened(UNUSED, ADA, settings(), deadline)


TURNS = st.lists(st.builds(Turn, st.text(min_size=1), st.text(min_size=1)), max_size=6)


@given(TURNS, st.integers(1, 5))
def test_what_is_kept_is_the_end_of_what_there_was(turns: list[Turn], most: int) -> None:
    kept = bounded(turns, most)
    assert list(kept) == turns[len(turns) - len(kept) :]
    assert len(kept) == min(most, len(turns))


@pytest.mark.parametrize("answer", [LONGEST_HISTORY, 400_000])
def test_long_turns_make_way_and_the_newest_keeps_its_beginning(answer: int) -> None:
    (only,) = bounded([Turn("Old?", "Yes."), Turn("New?", "x" * answer)], 5)
    assert only == Turn("New?", "x" * (LONGEST_HISTORY - 4))


# cache


def response(answer: str) -> dict[str, Any]:
    result = Result(ANSWERED, answer, passages=(Passage("Leave is 30 days.", "s3://docs/leave.md"),))
    return response_of(result, settings()) | {"session_id": "s", "request_id": "r", "cached": False}


def test_a_kept_answer_is_given_again_without_what_belongs_to_its_request(both: Settings, deadline: Deadline) -> None:
    cache.kept(response("30 days [1]."), ADA, "How much leave?", both, deadline)
    found = cache.found(BOB, "  how much\nLEAVE? ", both, deadline)
    assert found is not None
    assert found["answer"] == "30 days [1]."
    assert found["citations"][0]["source"] == "s3://docs/leave.md"
    assert not {"session_id", "request_id", "usage", "cached"} & set(found)


def test_an_answer_is_not_given_when_it_has_expired(both: Settings, deadline: Deadline, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.kept(response("Old."), ADA, "Old?", both, deadline)
    assert cache.found(ADA, "Old?", both, deadline) is not None
    now = time.time()
    monkeypatch.setattr(cache.time, "time", lambda: now + 3601)
    assert cache.found(ADA, "Old?", both, deadline) is None


@pytest.mark.parametrize("written", ["", "{", "[]", "5", '{"answer": "x"}'])
def test_an_item_that_cannot_be_read_is_no_answer(both: Settings, deadline: Deadline, dynamodb: Any, written: str) -> None:
    key = cache.key_of(ADA, "Odd?", both)
    dynamodb.put_item(TableName="answers", Item={"pk": {"S": key}, "response": {"S": written}, "expires_at": {"N": "9999999999"}})
    assert cache.found(ADA, "Odd?", both, deadline) is None


def test_an_answer_that_is_too_large_for_an_item_is_not_kept(both: Settings, deadline: Deadline, dynamodb: Any) -> None:
    before = len(items(dynamodb, "answers"))
    cache.kept(response("x" * 400_000), ADA, "Large?", both, deadline)
    assert len(items(dynamodb, "answers")) == before


def test_without_a_table_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, deadline: Deadline) -> None:
    bedrock_fakes.configure(monkeypatch)
    cache.kept(response("30 days."), ADA, "How much leave?", settings(), deadline)
    assert cache.found(ADA, "How much leave?", settings(), deadline) is None


TENANTS = st.none() | st.text(min_size=1, max_size=8)
IDENTITIES = st.tuples(TENANTS, st.text(min_size=1, max_size=8), st.sampled_from(["a", "b", "ab"]))


def keyed(tenant: str | None, question: str, configuration_id: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        bedrock_fakes.configure(patch, CONFIGURATION_ID=configuration_id)
        key = cache.key_of(Caller(tenant, "user"), question, settings())
    settings.cache_clear()
    return key


@given(IDENTITIES, IDENTITIES)
def test_answers_never_cross_tenants_questions_or_configurations(
    one: tuple[str | None, str, str], other: tuple[str | None, str, str]
) -> None:
    same = (one[0], cache.normalised(one[1]), one[2]) == (other[0], cache.normalised(other[1]), other[2])
    assert (keyed(*one) == keyed(*other)) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "b"), ("ab", "")), (("a|b", "c"), ("a", "b|c")), (('a", "b', "c"), ("a", 'b", "c')), ((None, "x"), ("None", "x"))],
)
def test_owners_that_read_alike_side_by_side_are_told_apart(one: tuple[Any, str], other: tuple[Any, str]) -> None:
    assert sessions.key_of(Caller(*one), UNUSED) != sessions.key_of(Caller(*other), UNUSED)


def test_no_key_tells_who_or_what(both: Settings) -> None:
    caller = Caller("north", "ada@example.com")
    assert all(part not in sessions.key_of(caller, UNUSED) for part in ("north", "ada"))
    assert len(cache.key_of(caller, "How much leave?", both)) == 64
