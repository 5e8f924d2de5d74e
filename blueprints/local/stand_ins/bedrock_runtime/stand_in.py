"""Bedrock's runtime, answered by sentences of the request and by a small model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blueprints.local.stand_ins import ClientFactory
from blueprints.local.stand_ins.bedrock_runtime.converse import converse
from blueprints.local.stand_ins.bedrock_runtime.guardrails.apply import apply_guardrail
from blueprints.local.stand_ins.bedrock_runtime.invocation import invoke_model
from blueprints.local.stand_ins.bedrock_runtime.streaming import converse_stream


class BedrockRuntimeStandIn:
    """Answers conversations, embeddings and guardrails, the same way each time.

    Whatever model is asked, vectors are those of all-MiniLM-L6-v2, and an answer is made of the passages' own sentences that come
    nearest to the question. It is no language model: it sums nothing up, draws no conclusions and knows nothing but the request.
    """

    name = "extractive sentences (MiniLM)"
    service = "bedrock-runtime"

    def __init__(self) -> None:
        self._answers: dict[str, Callable[[dict[str, Any], ClientFactory], dict[str, Any]]] = {
            "ApplyGuardrail": apply_guardrail,
            "Converse": converse,
            "ConverseStream": converse_stream,
            "InvokeModel": invoke_model,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that Bedrock declares for the operation.
        """
        return self._answers[operation](request, aws)
