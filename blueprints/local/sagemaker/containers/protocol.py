"""What a container's server and the frameworks say to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

TARGET_MODEL = "X-Amzn-SageMaker-Target-Model"
ADAPTER = "X-Amzn-SageMaker-Adapter-Identifier"
"""The header by which SageMaker names the adapter of an inference component to the container."""


@dataclass(frozen=True)
class Request:
    """A request for an inference.

    Args:
        body: What is to be judged.
        content_type: Its format, as the caller named it; empty if not.
        accept: The format wanted, as the caller named it; empty if any.
        headers: All headers, their names in lower case.
    """

    body: bytes = field(repr=False)
    content_type: str = ""
    accept: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Response:
    """A framework's answer.

    Args:
        body: The answer, or its parts in the order in which they become ready.
        content_type: Its format.
        status: The HTTP status.
    """

    body: bytes | Iterator[bytes]
    content_type: str = "application/json"
    status: int = HTTPStatus.OK


class Rejected(Exception):  # noqa: N818 - the container works as it should
    """The container refuses a request.

    Args:
        status: The HTTP status of the refusal.
        message: What is wrong.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = int(status)


class Model(Protocol):
    """A model in memory."""

    def answer(self, request: Request) -> Response:
        """Judges what ``request`` holds, or raises ``Rejected``."""


class AdaptableModel(Model, Protocol):
    """A model that low-rank adapters can be laid upon."""

    def load_adapter(self, name: str, folder: Path) -> None:
        """Loads an adapter beside the others, or raises ``Rejected``."""

    def unload_adapter(self, name: str) -> None:
        """Forgets an adapter."""

    def adapters(self) -> list[str]:
        """Returns the names of the adapters."""


@dataclass(frozen=True)
class Settings:
    """What a container is told when it starts.

    Args:
        environment: The environment variables of the model's container definition.
        multi_model: Whether it serves many models that come and go.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    multi_model: bool = False

    @property
    def in_batch(self) -> bool:
        """Whether the container works for a batch transform job.

        https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
        """
        return self.environment.get("SAGEMAKER_BATCH", "").lower() == "true"
