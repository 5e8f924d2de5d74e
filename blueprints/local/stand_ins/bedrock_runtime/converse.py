"""Converse: an answer made of sentences of the request, held against its guardrail."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.bedrock_runtime.conversation import Conversation, conversation_of
from blueprints.local.stand_ins.bedrock_runtime.extraction import extract
from blueprints.local.stand_ins.bedrock_runtime.guardrails.evaluation import Content, Verdict, evaluate
from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import Guardrail, stored_guardrail
from blueprints.local.stand_ins.bedrock_runtime.model_ids import kind_of
from blueprints.local.stand_ins.embeddings import count_tokens, token_offsets

UNKNOWN = StandInError("ValidationException", "The guardrail identifier or version provided in the request does not exist.")
NOT_A_TEXT_MODEL = "This action doesn't support the model that you provided. Try again with a supported text or chat model."


@dataclass(frozen=True)
class Turn:
    """What was answered.

    Args:
        text: The words.
        stop_reason: Why they end.
        usage: The tokens of request and answer.
        written: What was written before the guardrail looked at it; empty when nothing was.
        trace: What the guardrail found; empty without a guardrail, or when nobody asked.
        milliseconds: How long it took.
    """

    text: str
    stop_reason: str
    usage: Mapping[str, int]
    written: str
    trace: Mapping[str, Any]
    milliseconds: int

    @property
    def tail(self) -> dict[str, Any]:
        """What Converse tells besides the message, and ConverseStream at the end."""
        traced = {"trace": {"guardrail": self.trace}} if self.trace else {}
        return {"usage": self.usage, "metrics": {"latencyMs": self.milliseconds}, **traced}


def converse(request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
    """Returns the answer to a conversation.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
    """
    turn = answered(request, aws)
    message = {"role": "assistant", "content": [{"text": turn.text}]}
    return {"output": {"message": message}, "stopReason": turn.stop_reason, **turn.tail}


def answered(request: dict[str, Any], aws: ClientFactory) -> Turn:
    """Returns the answer to a conversation, made of its own sentences; nothing that it says is followed.

    Raises:
        StandInError: The model writes no text, the guardrail is unknown, or the conversation is not one.
    """
    began = time.monotonic()
    _check(request, aws)
    conversation = conversation_of(request)
    guardrail = _guardrail(request.get("guardrailConfig") or {}, aws)
    turn = _Answering(request, guardrail).answer(conversation)
    return Turn(*turn, milliseconds=int((time.monotonic() - began) * 1000))


def _check(request: Mapping[str, Any], aws: ClientFactory) -> None:
    if kind_of(request["modelId"], aws)[1] != "text":
        raise StandInError("ValidationException", NOT_A_TEXT_MODEL)
    if request.get("toolConfig"):
        raise StandInError("ValidationException", "This model doesn't support tool use.")
    settings = request.get("inferenceConfig") or {}
    most = settings.get("maxTokens", 1)
    if most < 1:
        raise StandInError("ValidationException", f"inferenceConfig.maxTokens must be at least 1, got {most}")
    for name in ("temperature", "topP"):
        if not 0 <= settings.get(name, 0) <= 1:
            raise StandInError("ValidationException", f"inferenceConfig.{name} must be 0 to 1, got {settings[name]}")


def _guardrail(config: Mapping[str, Any], aws: ClientFactory) -> Guardrail | None:
    identifier, version = config.get("guardrailIdentifier", ""), config.get("guardrailVersion", "")
    if not identifier and not version:
        return None
    if not identifier or not version:
        raise StandInError("ValidationException", "guardrailConfig must have both guardrailIdentifier and guardrailVersion")
    return stored_guardrail(identifier, version, aws, unknown=UNKNOWN)


class _Answering:
    """Answers one request.

    Args:
        request: The request.
        guardrail: What request and answer are held against; ``None`` for nothing.
    """

    def __init__(self, request: Mapping[str, Any], guardrail: Guardrail | None) -> None:
        self._request = request
        self._guardrail = guardrail
        config = request.get("guardrailConfig") or {}
        self._traced = config.get("trace", "disabled") != "disabled"
        self._full = config.get("trace") == "enabled_full"

    def answer(self, conversation: Conversation) -> tuple[str, str, dict[str, int], str, dict[str, Any]]:
        """Returns text, reason to stop, usage, what was written at first, and the trace."""
        before = self._looked_at("input", conversation.contents)
        if before and before.blocked:
            return self._message("input"), "guardrail_intervened", _usage(0, 0), "", self._trace(before, None, "")
        heard = conversation.with_guarded(before.texts) if before else conversation
        written, reason = self._written(heard)
        used = _usage(sum(count_tokens(block.text) for block in heard.blocks), count_tokens(written))
        after = self._looked_at("output", [Content(written), *heard.context])
        if after is None or not after.intervened:
            return written, reason, used, written, self._trace(before, after, "")
        text = self._message("output") if after.blocked else after.texts[0]
        return text, "guardrail_intervened", used, written, self._trace(before, after, written)

    def _written(self, conversation: Conversation) -> tuple[str, str]:
        text = extract(conversation.question, conversation.passages) or conversation.not_known
        settings = self._request.get("inferenceConfig") or {}
        stops = [place for stop in settings.get("stopSequences") or () if (place := text.find(stop)) >= 0]
        offsets = token_offsets(text[: min(stops, default=len(text))])
        most = settings.get("maxTokens", len(offsets))
        if len(offsets) > most:
            return text[: offsets[most - 1][1]], "max_tokens"
        return (text[: min(stops)], "stop_sequence") if stops else (text, "end_turn")

    def _looked_at(self, side: str, shown: list[Content]) -> Verdict | None:
        return evaluate(self._guardrail, side, shown, full=self._full) if self._guardrail else None

    def _message(self, side: str) -> str:
        return self._guardrail.messages[side] if self._guardrail else ""

    def _trace(self, before: Verdict | None, after: Verdict | None, written: str) -> dict[str, Any]:
        """Returns what was found, and what the guardrail kept back."""
        if not self._guardrail or not before or not self._traced:
            return {}
        found: dict[str, Any] = {"inputAssessment": {self._guardrail.id: before.assessment}}
        if after:
            found["outputAssessments"] = {self._guardrail.id: [after.assessment]}
        done = [verdict.reason for verdict in (before, after) if verdict and verdict.intervened]
        return {**found, **({"modelOutput": [written]} if written else {}), "actionReason": done[-1] if done else "No action."}


def _usage(given: int, written: int) -> dict[str, int]:
    """Returns the counts of tokens; prompts are not cached, whatever cache points they have."""
    cached = {"cacheReadInputTokens": 0, "cacheWriteInputTokens": 0}
    return {"inputTokens": given, "outputTokens": written, "totalTokens": given + written, **cached}
