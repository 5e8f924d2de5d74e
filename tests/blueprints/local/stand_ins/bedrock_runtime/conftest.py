"""What the tests of Bedrock's stand-in share: a Bedrock with one guardrail and one profile, and conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import Guardrail

ID = "a1b2c3d4e5f6"
ARN = f"arn:aws:bedrock:us-east-1:000000000000:guardrail/{ID}"
PROFILE = "arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/p1"
MODEL = "amazon.nova-lite-v1:0"
KEY = "0f1e2d3c4b5a6978"


class Bedrock:
    """Knows version 1 of a guardrail, and an inference profile.

    Args:
        policies: Those of the guardrail.
    """

    def __init__(self, policies: dict[str, Any]) -> None:
        self._policies = policies

    def get_guardrail(self, *, guardrailIdentifier: str, guardrailVersion: str) -> dict[str, Any]:  # noqa: N803
        if guardrailIdentifier not in (ID, ARN) or guardrailVersion != "1":
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetGuardrail")
        messages = {"blockedInputMessaging": "Not that question.", "blockedOutputsMessaging": "Not that answer."}
        return {"guardrailId": ID, "guardrailArn": ARN, "version": "1", **messages, **self._policies}

    def get_inference_profile(self, *, inferenceProfileIdentifier: str) -> dict[str, Any]:  # noqa: N803
        if inferenceProfileIdentifier != PROFILE:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetInferenceProfile")
        return {"models": [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0"}]}


@pytest.fixture(scope="session")
def bedrock() -> Callable[..., Any]:
    """Returns what gives the clients of a Bedrock whose guardrail has these policies."""
    return lambda **policies: lambda _service: Bedrock(policies)


@pytest.fixture(scope="session")
def guardrail() -> Callable[..., Guardrail]:
    """Returns a guardrail with these policies."""
    return lambda **policies: Guardrail(ID, ARN, "1", policies, {"input": "Not that question.", "output": "Not that answer."})


@pytest.fixture(scope="session")
def asked() -> Callable[..., dict[str, Any]]:
    """Returns a request as the blueprint's handlers send it."""

    def request(question: str, passages: Sequence[str] = (), *, guarded: bool = True, **more: Any) -> dict[str, Any]:
        blocks = [
            {
                "guardContent": {
                    "text": {
                        "text": f"<passage {n} {KEY}>\n{text}\n</passage {n} {KEY}>",
                        "qualifiers": ["grounding_source", "guard_content"],
                    }
                }
            }
            for n, text in enumerate(passages, start=1)
        ]
        asking = {"guardContent": {"text": {"text": question, "qualifiers": ["query", "guard_content"]}}}
        config = {"guardrailConfig": {"guardrailIdentifier": ARN, "guardrailVersion": "1", "trace": "enabled"}} if guarded else {}
        system = [
            {"text": 'If the passages do not hold it, answer exactly "The passages do not say." and nothing else.'},
            {"cachePoint": {"type": "default"}},
        ]
        content = [{"text": f"The key is {KEY}."}, *blocks, asking]
        return {"modelId": MODEL, "system": system, "messages": [{"role": "user", "content": content}], **config, **more}

    return request
