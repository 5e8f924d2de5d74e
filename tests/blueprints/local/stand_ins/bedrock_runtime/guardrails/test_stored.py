"""Guardrails come from Bedrock, and their settings say what is done."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import action_of, finding, stored_guardrail

UNKNOWN = StandInError("ResourceNotFoundException", "no such guardrail", 404)
ARN = "arn:aws:bedrock:us-east-1:000000000000:guardrail/a1b2c3d4e5f6"


@pytest.mark.parametrize("identifier", ["a1b2c3d4e5f6", ARN])
def test_a_guardrail_is_found_by_id_and_by_arn(identifier: str, bedrock: Any) -> None:
    found = stored_guardrail(identifier, "1", bedrock(wordPolicy={"words": []}, topicPolicy=None), unknown=UNKNOWN)
    assert (found.id, found.arn, found.version) == ("a1b2c3d4e5f6", ARN, "1")
    assert (found.policies, found.messages) == (
        {"wordPolicy": {"words": []}},
        {"input": "Not that question.", "output": "Not that answer."},
    )


@pytest.mark.parametrize(("identifier", "version"), [("other", "1"), ("a1b2c3d4e5f6", "2")])
def test_an_unknown_guardrail_or_version_is_the_callers_error(identifier: str, version: str, bedrock: Any) -> None:
    with pytest.raises(StandInError, match="no such guardrail"):
        stored_guardrail(identifier, version, bedrock(), unknown=UNKNOWN)


def test_other_errors_are_not_hidden() -> None:
    def failing(_service: str) -> Any:
        raise ClientError({"Error": {"Code": "InternalServerException"}}, "GetGuardrail")

    with pytest.raises(ClientError):
        stored_guardrail("a1b2c3d4e5f6", "1", failing, unknown=UNKNOWN)


@pytest.mark.parametrize(
    ("setting", "side", "action"),
    [
        ({}, "input", "BLOCK"),
        ({"action": "ANONYMIZE"}, "output", "ANONYMIZE"),
        ({"action": "BLOCK", "outputAction": "NONE"}, "output", "NONE"),
        ({"action": "BLOCK", "outputAction": "NONE"}, "input", "BLOCK"),
        ({"inputEnabled": False}, "input", None),
        ({"inputEnabled": False}, "output", "BLOCK"),
        ({"enabled": False}, "output", None),
    ],
)
def test_settings_say_what_is_done_on_each_side(setting: dict[str, Any], side: str, action: str | None) -> None:
    assert action_of(setting, side) == action


@pytest.mark.parametrize(("action", "done"), [("BLOCK", "BLOCKED"), ("ANONYMIZE", "ANONYMIZED"), ("NONE", "NONE")])
def test_findings_say_what_was_done(action: str, done: str) -> None:
    assert finding(action, detected=True, name="a") == {"name": "a", "action": done, "detected": True}
    assert finding(action, detected=False)["action"] == "NONE"
