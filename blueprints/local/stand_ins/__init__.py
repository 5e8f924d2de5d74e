"""Programs that answer for AWS's machine-learning services, from the user's own input and never from a canned answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

ClientFactory = Callable[[str], Any]
"""Returns a boto3 client on the embedded AWS, with an administrator's rights, for a service name."""


class StandInError(Exception):
    """An error that AWS declares for the operation.

    Args:
        code: The error's name, such as ``InvalidParameterException``.
        message: What is wrong.
        status: HTTP status of the answer.
        details: Further members of the error.
    """

    def __init__(self, code: str, message: str, status: int = 400, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.details = dict(details or {})


@runtime_checkable
class StandIn(Protocol):
    """Answers some operations of one service."""

    @property
    def name(self) -> str:
        """The program that stands in, as shown beside its answers."""

    @property
    def service(self) -> str:
        """The service's name as botocore has it."""

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered; every other one is refused by the caller."""

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that AWS declares for the operation.
        """


def ALL() -> tuple[StandIn, ...]:  # noqa: N802
    """Returns a fresh stand-in for each service; models are loaded at the first request."""
    from blueprints.local.stand_ins.bedrock_agent.stand_in import BedrockAgentStandIn
    from blueprints.local.stand_ins.bedrock_agent_runtime.stand_in import BedrockAgentRuntimeStandIn
    from blueprints.local.stand_ins.bedrock_runtime.stand_in import BedrockRuntimeStandIn
    from blueprints.local.stand_ins.comprehend.stand_in import ComprehendStandIn
    from blueprints.local.stand_ins.s3_vectors.stand_in import S3VectorsStandIn
    from blueprints.local.stand_ins.textract.stand_in import TextractStandIn

    return (
        TextractStandIn(),
        ComprehendStandIn(),
        BedrockAgentStandIn(),
        BedrockAgentRuntimeStandIn(),
        BedrockRuntimeStandIn(),
        S3VectorsStandIn(),
    )
