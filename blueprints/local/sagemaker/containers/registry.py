"""The models that a container holds in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from blueprints.local.sagemaker.containers import frameworks
from blueprints.local.sagemaker.containers.protocol import Model, Rejected, Settings

PAGE_SIZE = 100


@dataclass(frozen=True)
class Loaded:
    """A model in memory.

    Args:
        name: What it is called in the container.
        url: The folder that it came from.
        memory_bytes: What it takes: the size of its files.
        load_seconds: How long loading took.
        model: The model.
    """

    name: str
    url: str
    memory_bytes: int
    load_seconds: float
    model: Model

    @property
    def described(self) -> dict[str, object]:
        """The answer of ``GET /models/{name}``, and what it takes, which a real container keeps to itself."""
        return {"modelName": self.name, "modelUrl": self.url, "memoryBytes": self.memory_bytes, "loadSeconds": self.load_seconds}


class Registry:
    """Loads and forgets models.

    Args:
        framework: A key of ``frameworks.MODULES``.
        settings: What the container was told.
        memory_bytes: What all models may take together; any amount if ``None``.
    """

    def __init__(self, framework: str, settings: Settings, memory_bytes: int | None = None) -> None:
        self._framework = framework
        self._settings = settings
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._models: dict[str, Loaded | None] = {}  # None: on its way
        self._reserved = 0

    def load(self, name: str, folder: Path) -> Loaded:
        """Loads the model in ``folder`` as ``name``.

        Raises:
            Rejected: There is one of that name (409), no room (507), or it can't be loaded (500).
        """
        size = _size(folder)
        self._reserve(name, size)
        started = time.perf_counter()
        try:
            model = frameworks.load(self._framework, folder, self._settings)
        except BaseException as error:
            self._release(name, size)
            if isinstance(error, MemoryError):
                raise Rejected(HTTPStatus.INSUFFICIENT_STORAGE, "there is no memory left for the model") from error
            raise
        loaded = Loaded(name, str(folder), size, round(time.perf_counter() - started, 6), model)
        with self._lock:
            self._models[name] = loaded
        return loaded

    def _reserve(self, name: str, size: int) -> None:
        with self._lock:
            if name in self._models:
                raise Rejected(HTTPStatus.CONFLICT, f"model {name} is already loaded")
            if self._memory_bytes is not None and self._reserved + size > self._memory_bytes:
                left = self._memory_bytes - self._reserved
                raise Rejected(HTTPStatus.INSUFFICIENT_STORAGE, f"model {name} takes {size} bytes, {left} of {self._memory_bytes} are left")
            self._models[name] = None
            self._reserved += size

    def _release(self, name: str, size: int) -> None:
        with self._lock:
            del self._models[name]
            self._reserved -= size

    def get(self, name: str) -> Loaded:
        """Returns the model ``name``, or raises ``Rejected`` (404)."""
        loaded = self._models.get(name)
        if loaded is None:
            raise Rejected(HTTPStatus.NOT_FOUND, f"model {name} is not loaded")
        return loaded

    def unload(self, name: str) -> Loaded:
        """Forgets the model ``name``; requests that it is answering are answered."""
        loaded = self.get(name)
        self._release(name, loaded.memory_bytes)
        return loaded

    def page(self, token: str | None, size: int = PAGE_SIZE) -> tuple[list[Loaded], str | None]:
        """Returns so many models from ``token`` on, in the order of their names, and the token of the next page."""
        start = int(token) if token and token.isdecimal() else 0
        with self._lock:
            loaded = [model for _, model in sorted(self._models.items()) if model]
        return loaded[start : start + size], str(start + size) if start + size < len(loaded) else None


def _size(folder: Path) -> int:
    paths: Iterable[Path] = folder.rglob("*") if folder.is_dir() else ()
    return sum(path.stat().st_size for path in paths if path.is_file())
