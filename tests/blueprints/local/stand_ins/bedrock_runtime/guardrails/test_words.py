"""Words are found whole and in any case."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins.bedrock_runtime.guardrails.words import assess

OWN: dict[str, Any] = {"words": [{"text": "Project Heron"}, {"text": "C++"}]}


@pytest.mark.parametrize(
    ("text", "matches"), [("About project\n heron.", ["project\n heron"]), ("Projects Herons", []), ("in c++ only", ["c++"])]
)
def test_own_words_and_phrases_are_found_whole(text: str, matches: list[str]) -> None:
    found = assess(OWN, "input", [text])
    assert [entry["match"] for entry in found["customWords"]] == matches
    assert all(entry["action"] == "BLOCKED" for entry in found["customWords"])


def test_a_match_is_told_once() -> None:
    assert len(assess(OWN, "input", ["C++ and C++", "C++"])["customWords"]) == 1


@pytest.mark.parametrize(("text", "matches"), [("This is Bullshit!", ["Bullshit"]), ("fucking great", ["fucking"]), ("Scunthorpe", [])])
def test_profanity_is_found(text: str, matches: list[str]) -> None:
    found = assess({"managedWordLists": [{"type": "PROFANITY"}]}, "output", [text])["managedWordLists"]
    assert [(entry["match"], entry["type"]) for entry in found] == [(match, "PROFANITY") for match in matches]


def test_a_list_that_is_off_finds_nothing() -> None:
    assert assess({"words": [{"text": "heron", "outputEnabled": False}]}, "output", ["heron"])["customWords"] == []
