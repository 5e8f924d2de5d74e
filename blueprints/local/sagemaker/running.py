"""What the embedded AWS needs of a container that serves a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class RunningContainer(Protocol):
    """A container that speaks SageMaker's protocol; ``containers.container.Container`` is one."""

    @property
    def restarts(self) -> int:
        """How often it ended by itself and was started anew; what it had loaded is gone then."""

    def start(self) -> None:
        """Starts it and waits until its model is loaded, or raises ``RuntimeError`` with the reason."""

    def stop(self) -> None:
        """Ends it."""

    def log(self) -> str:
        """Returns what it printed since the last call."""

    def stream(
        self, body: bytes, content_type: str, accept: str, headers: Mapping[str, str], timeout: float, *, model: str | None = None
    ) -> tuple[int, str, Iterator[bytes]]:
        """Returns status, content type and parts of the answer, or raises ``TimeoutError``, ``OSError`` or ``RuntimeError``."""

    def load(self, name: str, folder: Path, *, target_model: str | None = None) -> object:
        """Loads one of many models, which callers call ``target_model``, or raises ``ContainerRefusalError``."""

    def unload(self, name: str) -> object:
        """Forgets one of many models."""

    def load_adapter(self, name: str, folder: Path) -> object:
        """Loads an adapter beside the others, or raises ``ContainerRefusalError``."""

    def unload_adapter(self, name: str) -> object:
        """Forgets an adapter."""


@dataclass(frozen=True)
class ContainerSpec:
    """A container that has to be started.

    Args:
        image: The URI of its image.
        folder: Where its model is.
        environment: What it is told.
        multi_model: Whether models come and go.
    """

    image: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    multi_model: bool = False


@dataclass(frozen=True)
class Program:
    """How containers of an image run here.

    Args:
        name: The program that stands in, as shown beside its answers.
        make: Makes a container that is not started.
    """

    name: str
    make: Callable[[ContainerSpec], RunningContainer]


Programs = Callable[[str], Program | None]
"""Returns what runs an image, or nothing."""


Tell = Callable[[str, float], object]
"""Takes the value of a metric."""


def nobody(_name: str, _value: float) -> None:
    """Is told and forgets."""


@dataclass(frozen=True)
class Invocation:
    """A request to a model.

    Args:
        body: The payload.
        content_type: Its format.
        accept: The format wanted.
        headers: What is handed to the container besides.
        timeout: How many seconds the answer may take.
        target_model: The one of many models.
        hostname: The one of several containers.
        adapter: The adapter of an inference component.
        tell: Is told how one of many models came to be loaded.
    """

    body: bytes = field(repr=False)
    content_type: str = ""
    accept: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 60.0
    target_model: str | None = None
    hostname: str | None = None
    adapter: str | None = None
    tell: Tell = field(default=nobody, repr=False, compare=False)


@dataclass(frozen=True)
class Reply:
    """A model's answer, in the parts in which it came."""

    content_type: str
    parts: tuple[bytes, ...] = field(repr=False)

    @property
    def body(self) -> bytes:
        """The whole answer."""
        return b"".join(self.parts)


class StartError(RuntimeError):
    """A model can't be served; the message is what SageMaker tells as the reason."""


class ModelFailedError(RuntimeError):
    """A container answered with an error, or not at all.

    Args:
        container: Its name in messages.
        status: Its HTTP status; 0 when no answer came.
        text: What it said.
    """

    def __init__(self, container: str, status: int, text: str) -> None:
        side = "client" if 400 <= status < 500 else "server"
        super().__init__(f'Received {side} error ({status}) from {container} with message "{text}"')
        self.container, self.status, self.text = container, status, text


class NotReadyError(RuntimeError):
    """A model is still being loaded, or its resources provided."""
