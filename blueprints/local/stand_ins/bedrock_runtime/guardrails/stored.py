"""A guardrail as Bedrock keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local.stand_ins import ClientFactory, StandInError

POLICIES = ("topicPolicy", "contentPolicy", "wordPolicy", "sensitiveInformationPolicy", "contextualGroundingPolicy")


@dataclass(frozen=True)
class Guardrail:
    """One version of a guardrail.

    Args:
        id: Its id.
        arn: Its ARN.
        version: ``DRAFT`` or a number.
        policies: Its policies in the shapes of GetGuardrail.
        messages: What is said instead of a blocked ``input`` or ``output``.
    """

    id: str
    arn: str
    version: str
    policies: Mapping[str, Mapping[str, Any]]
    messages: Mapping[str, str]


def stored_guardrail(identifier: str, version: str, aws: ClientFactory, *, unknown: StandInError) -> Guardrail:
    """Returns the guardrail with that id or ARN.

    Args:
        identifier: Its id or ARN.
        version: ``DRAFT`` or a number.
        aws: Gives the client of Bedrock.
        unknown: What is raised when there is none.

    Raises:
        StandInError: There is no such guardrail, or not in that version.
    """
    try:
        found = aws("bedrock").get_guardrail(guardrailIdentifier=identifier, guardrailVersion=version)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ResourceNotFoundException", "ValidationException"):
            raise unknown from None
        raise
    return Guardrail(
        id=found["guardrailId"],
        arn=found["guardrailArn"],
        version=found["version"],
        policies={name: found[name] for name in POLICIES if found.get(name)},
        messages={"input": found["blockedInputMessaging"], "output": found["blockedOutputsMessaging"]},
    )


def action_of(setting: Mapping[str, Any], side: str) -> str | None:
    """Returns what a filter does with an ``input`` or ``output``: ``BLOCK``, ``ANONYMIZE`` or ``NONE``; ``None`` where it is off.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailTopicConfig.html
    """
    if setting.get(f"{side}Enabled") is False or setting.get("enabled") is False:
        return None
    return str(setting.get(f"{side}Action") or setting.get("action") or "BLOCK")


def finding(action: str, *, detected: bool, **named: Any) -> dict[str, Any]:
    """Returns an entry of an assessment."""
    done = {"BLOCK": "BLOCKED", "ANONYMIZE": "ANONYMIZED"}.get(action, "NONE") if detected else "NONE"
    return {**named, "action": done, "detected": detected}
