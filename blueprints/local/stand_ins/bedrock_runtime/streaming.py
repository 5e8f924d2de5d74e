"""ConverseStream: the answer of Converse as events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from blueprints.local.stand_ins import ClientFactory
from blueprints.local.stand_ins.bedrock_runtime.converse import Turn, answered

CHUNK = re.compile(r"(?:\S+\s*){1,4}")
"""What one event carries: a few words."""


def converse_stream(request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
    """Returns the events of the answer to a conversation.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
    """
    mode = (request.get("guardrailConfig") or {}).get("streamProcessingMode", "sync")
    return {"stream": list(_events(answered(request, aws), mode))}


def _events(turn: Turn, mode: str) -> Iterator[dict[str, Any]]:
    yield {"messageStart": {"role": "assistant"}}
    for chunk in _chunks(turn, mode):
        yield {"contentBlockDelta": {"delta": {"text": chunk}, "contentBlockIndex": 0}}
    yield {"contentBlockStop": {"contentBlockIndex": 0}}
    yield {"messageStop": {"stopReason": turn.stop_reason}}
    yield {"metadata": turn.tail}


def _chunks(turn: Turn, mode: str) -> list[str]:
    """Cuts the text; in asynchronous mode what the guardrail stops has been sent before it is stopped, and nothing is masked.

    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-streaming.html
    """
    if mode == "sync" or turn.text == turn.written or not turn.written:
        return CHUNK.findall(turn.text)
    return [*CHUNK.findall(turn.written), turn.text]
