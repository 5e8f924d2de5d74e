"""What a conversation holds for the guardrail, and for the answer."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.conversation import NOT_KNOWN, conversation_of
from blueprints.local.stand_ins.bedrock_runtime.extraction import Passage
from blueprints.local.stand_ins.bedrock_runtime.guardrails.evaluation import Content


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": each} if isinstance(each, str) else each for each in content]}


def guard(text: str, *qualifiers: str) -> dict[str, Any]:
    return {"guardContent": {"text": {"text": text, **({"qualifiers": list(qualifiers)} if qualifiers else {})}}}


def test_without_guard_content_all_messages_are_guarded_but_not_the_system() -> None:
    reply = {"role": "assistant", "content": [{"text": "b"}]}
    found = conversation_of({"system": [{"text": "s"}], "messages": [user("a"), reply, user("c")]})
    assert [content.text for content in found.contents] == ["a", "b", "c"]


def test_with_guard_content_only_that_is_guarded() -> None:
    found = conversation_of({"system": [guard("s"), {"text": "t"}], "messages": [user("a", guard("b"))]})
    assert [content.text for content in found.contents] == ["s", "b"]


def test_guard_content_of_the_system_leaves_the_messages_guarded() -> None:
    found = conversation_of({"system": [guard("s")], "messages": [user("a")]})
    assert [content.text for content in found.contents] == ["s", "a"]


def test_passages_are_what_is_qualified_as_a_source(asked: Any) -> None:
    assert conversation_of(asked("q", ["one", "two\nlines"])).passages == [Passage(1, "one"), Passage(2, "two\nlines")]


def test_passages_have_the_numbers_of_their_marks() -> None:
    marked = guard("[source 7: 8a7b6c5d4e]\ntext\n[end 8a7b6c5d4e]", "grounding_source")
    assert conversation_of({"messages": [user(marked, "q")]}).passages == [Passage(7, "text")]


@pytest.mark.parametrize("text", ["no marks", "<passage 3 0123456789>\ntext\n</passage 3 9876543210>", "<a>\ntext\n</a>"])
def test_passages_without_marks_are_taken_whole_and_in_order(text: str) -> None:
    assert conversation_of({"messages": [user(guard(text, "grounding_source"), "q")]}).passages == [Passage(1, text)]


def test_the_question_is_the_query() -> None:
    assert conversation_of({"messages": [user("a", guard("b", "query"), "c")]}).question == "b"


def test_the_question_is_what_the_user_said_last_without_a_query() -> None:
    reply = {"role": "assistant", "content": [{"text": "b"}]}
    assert conversation_of({"messages": [user("a"), reply, user("c", guard("d", "grounding_source"))]}).question == "c"


@pytest.mark.parametrize(
    "prompt",
    [
        'Otherwise answer exactly "Not here." and nothing else.',
        "- reply with exactly this sentence and nothing else: Not here.\n- Be brief.",
    ],
)
def test_the_system_says_what_to_say_when_nothing_is_known(prompt: str) -> None:
    assert conversation_of({"system": [{"text": prompt}], "messages": [user("a")]}).not_known == "Not here."


def test_without_a_system_nothing_is_known_in_plain_words() -> None:
    assert conversation_of({"messages": [user("a")]}).not_known == NOT_KNOWN


def test_answers_are_held_against_sources_and_query_that_are_not_guarded_again(asked: Any) -> None:
    context = conversation_of(asked("q", ["one"])).context
    assert [(content.text.splitlines()[1:2], content.qualifiers) for content in context] == [
        (["one"], frozenset({"grounding_source"})),
        ([], frozenset({"query"})),
    ]


def test_masked_texts_take_the_place_of_guarded_ones() -> None:
    found = conversation_of({"messages": [user("a", guard("b", "grounding_source"), guard("c", "query", "guard_content"))]})
    assert [block.text for block in found.with_guarded(["C"]).blocks] == ["a", "b", "C"]
    assert found.contents[1] == Content("c", frozenset({"query", "guard_content"}))


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([], "must start with a user message"),
        ([{"role": "assistant", "content": [{"text": "a"}]}], "must start with a user message"),
        ([user("a"), user("b")], "must alternate"),
        ([user("a"), {"role": "assistant", "content": [{"text": "b"}]}], "must end with a user message"),
        ([user(" ")], r"messages.0.content.0 is blank"),
        ([{"role": "user", "content": []}], r"messages.0 is empty"),
        ([user({"image": {"format": "png", "source": {"bytes": b"x"}}})], "got image at messages.0.content.0"),
        ([user({"guardContent": {"image": {}}})], "got guardContent at messages.0.content.0"),
    ],
)
def test_refuses_what_is_no_conversation_of_texts(messages: list[dict[str, Any]], complaint: str) -> None:
    with pytest.raises(StandInError, match=complaint):
        conversation_of({"messages": messages})
