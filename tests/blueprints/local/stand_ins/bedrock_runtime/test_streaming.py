"""ConverseStream sends the answer of Converse in pieces."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins.bedrock_runtime.converse import converse
from blueprints.local.stand_ins.bedrock_runtime.streaming import converse_stream

LEAVE = "Full-time employees have 27 days of paid annual leave a year."
QUESTION = "How many days of annual leave do employees have?"
NUMBERS = {"words": [{"text": "27 days", "inputEnabled": False}]}


def pieces(answer: dict[str, Any]) -> list[str]:
    return [event["contentBlockDelta"]["delta"]["text"] for event in answer["stream"] if "contentBlockDelta" in event]


def test_the_pieces_are_the_answer(asked: Any, bedrock: Any) -> None:
    sent, whole = (ask(asked(QUESTION, [LEAVE]), bedrock()) for ask in (converse_stream, converse))
    assert "".join(pieces(sent)) == whole["output"]["message"]["content"][0]["text"]
    assert len(pieces(sent)) > 2


def test_events_come_in_bedrocks_order(asked: Any, bedrock: Any) -> None:
    events = converse_stream(asked(QUESTION, [LEAVE]), bedrock())["stream"]
    kinds = [next(iter(event)) for event in events if "contentBlockDelta" not in event]
    assert kinds == ["messageStart", "contentBlockStop", "messageStop", "metadata"]
    assert events[-2] == {"messageStop": {"stopReason": "end_turn"}}
    assert events[-1]["metadata"]["usage"]["outputTokens"] == 17
    assert "inputAssessment" in events[-1]["metadata"]["trace"]["guardrail"]


@pytest.mark.parametrize(("mode", "before"), [("sync", []), ("async", ["Full-time employees have 27 "])])
def test_what_is_stopped_has_been_sent_before_in_asynchronous_mode_only(mode: str, before: list[str], asked: Any, bedrock: Any) -> None:
    request = asked(QUESTION, [LEAVE])
    request["guardrailConfig"]["streamProcessingMode"] = mode
    answer = converse_stream(request, bedrock(wordPolicy=NUMBERS))
    assert pieces(answer)[: len(before)] == before
    assert "".join(pieces(answer)).endswith("Not that answer.")
    assert ("27 days" in "".join(pieces(answer))) is bool(before)
    assert answer["stream"][-2] == {"messageStop": {"stopReason": "guardrail_intervened"}}
