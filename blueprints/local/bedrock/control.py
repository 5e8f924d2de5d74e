"""The control plane of Bedrock, as far as it is kept here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blueprints.local.bedrock.guardrails import Guardrails
from blueprints.local.bedrock.inference_profiles import InferenceProfiles
from blueprints.local.stand_ins import ClientFactory
from blueprints.local.tags import Tags

ARNS = {"CreateGuardrail": "guardrailArn", "CreateInferenceProfile": "inferenceProfileArn"}
"""Where the answers of the operations that take tags name the new resource."""


class BedrockControl:
    """Answers for guardrails and inference profiles with the service's semantics."""

    name = "bedrock control plane"
    service = "bedrock"

    def __init__(self) -> None:
        self.guardrails = Guardrails()
        self.profiles = InferenceProfiles()
        self._tags = Tags(lambda arn: self.guardrails.exists(arn) or self.profiles.exists(arn), arn="resourceARN", listed=True)
        self._answers: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            **self.guardrails.answers,
            **self.profiles.answers,
            **self._tags.answers,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:  # noqa: ARG002
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that Bedrock declares for the operation.
        """
        answer = self._answers[operation](request)
        if operation in ARNS:
            self._tags.put(answer[ARNS[operation]], request.get("tags"))
        return answer
