"""ApplyGuardrail."""

from __future__ import annotations

from typing import Any

from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.bedrock_runtime.guardrails.evaluation import GUARDED, Content, evaluate, usage
from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import stored_guardrail

UNKNOWN = StandInError("ResourceNotFoundException", "The guardrail identifier or version provided in the request does not exist.", 404)


def apply_guardrail(request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
    """Returns what a guardrail does with the request's texts.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html

    Raises:
        StandInError: The guardrail is unknown, or there is nothing to look at.
    """
    shown = [_content(block) for block in request["content"]]
    if not any(content.is_a(GUARDED) for content in shown):
        raise StandInError("ValidationException", "content must have at least one text that is to be guarded, got none")
    if request["source"] not in ("INPUT", "OUTPUT"):
        raise StandInError("ValidationException", f"source must be INPUT or OUTPUT, got {request['source']}")
    guardrail = stored_guardrail(request["guardrailIdentifier"], request["guardrailVersion"], aws, unknown=UNKNOWN)
    side = request["source"].lower()
    verdict = evaluate(guardrail, side, shown, full=request.get("outputScope") == "FULL")
    outputs = [guardrail.messages[side]] if verdict.blocked else verdict.texts if verdict.masked else ()
    return {
        "usage": usage(guardrail, side, shown),
        "action": "GUARDRAIL_INTERVENED" if verdict.intervened else "NONE",
        "actionReason": verdict.reason,
        "outputs": [{"text": text} for text in outputs],
        "assessments": [verdict.assessment],
    }


def _content(block: dict[str, Any]) -> Content:
    if "text" not in block:
        raise StandInError("ValidationException", "the embedded AWS looks at texts only, got an image")
    return Content(block["text"]["text"], frozenset(block["text"].get("qualifiers") or ()))
