"""A container that serves one model, or many that come and go."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from blueprints.local.sagemaker.containers.exchange import Answer, Exchange, Stream
from blueprints.local.sagemaker.containers.frameworks import MODULES
from blueprints.local.sagemaker.containers.process import LAST_WORDS, ContainerProcess

LOAD_SECONDS = 60.0
PING_SECONDS = 2.0
"""https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html#your-algorithms-inference-algo-ping-requests"""
INVOKE_SECONDS = 60.0
"""https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html#your-algorithms-inference-code-container-response"""
ENDING_SECONDS = 1.0


class ContainerEndedError(ConnectionError):
    """The container broke off while it was answering."""


class ContainerRefusalError(RuntimeError):
    """The container refuses to load or to unload a model or an adapter.

    Args:
        status: The HTTP status: 409 already loaded, 507 no memory left, 404 not loaded, 500 can't be loaded.
        message: What it says.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class LoadedModel:
    """A model in the memory of a container.

    Args:
        name: What it is called there.
        url: The folder that it came from.
        memory_bytes: What it takes: the size of its files.
        load_seconds: How long loading took.
    """

    name: str
    url: str
    memory_bytes: int
    load_seconds: float


class Container:
    """Runs the framework that an image brings, behind SageMaker's container protocol, on loopback.

    Safe for use by many threads. Code in the artifact runs as this user, without a sandbox: start it for artifacts only that the
    deployment's own settings name.

    Args:
        framework: A key of ``frameworks.MODULES``; ``framework_of`` finds it for an image.
        model_dir: The folder that is ``/opt/ml/model`` on SageMaker; of no matter for many models.
        environment: The environment variables of the container definition.
        multi_model: Whether it serves many models, which ``load`` names.
        memory_bytes: What the models of a multi-model container may take together; any amount if ``None``.

    Raises:
        ValueError: A framework that is not there.
    """

    def __init__(
        self,
        framework: str,
        model_dir: Path,
        *,
        environment: Mapping[str, str] | None = None,
        multi_model: bool = False,
        memory_bytes: int | None = None,
    ) -> None:
        if framework not in MODULES:
            raise ValueError(f"framework must be one of {', '.join(sorted(MODULES))}, got {framework!r}")
        self.framework = framework
        self.model_dir = model_dir
        self.multi_model = multi_model
        self.restarts = 0
        """How often it ended by itself and was started anew; the models of a multi-model container are gone then."""
        self._environment = dict(environment or {})
        limit = [] if memory_bytes is None else ["--memory-bytes", str(memory_bytes)]
        self._arguments = [framework, str(model_dir), *(["--multi-model"] if multi_model else []), *limit]
        self._lock = threading.Lock()
        self._process: ContainerProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the process and waits until its model is loaded.

        Raises:
            ContainerStartError: Its model can't be loaded.
        """
        with self._lock:
            self._process = self._process or ContainerProcess(self._arguments, self._environment)

    def stop(self) -> None:
        """Ends the process; it can be started again."""
        with self._lock:
            process, self._process = self._process, None
        if process:
            process.end()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.is_alive

    @property
    def pid(self) -> int:
        """The process; 0 if there is none."""
        return self._process.pid if self._process else 0

    @property
    def start_seconds(self) -> float:
        """How long the last start took until the model was loaded; 0 if there is no process."""
        return self._process.start_seconds if self._process else 0.0

    def log(self) -> str:
        """Returns what it printed since the last call."""
        return self._process.log() if self._process else ""

    def ping(self, timeout: float = PING_SECONDS) -> bool:
        """Tells whether the process answers a health check within ``timeout`` seconds; never starts it."""
        process = self._process
        if process is None or not process.is_alive:
            return False
        try:
            return Exchange(process.port, timeout).whole("GET", "/ping").status == 200
        except (TimeoutError, ConnectionError):
            return False

    def invoke(
        self,
        body: bytes,
        content_type: str = "",
        accept: str = "",
        headers: Mapping[str, str] | None = None,
        timeout: float = INVOKE_SECONDS,
        *,
        model: str | None = None,
    ) -> Answer:
        """Sends a request for an inference and returns the whole answer.

        Args:
            body: What is to be judged.
            content_type: Its format.
            accept: The format wanted.
            headers: More headers.
            timeout: How many seconds everything may take.
            model: The name of the model, in a multi-model container only.

        Raises:
            TimeoutError: The time is up; the container goes on working.
            ContainerEndedError: It broke off; the next call starts it anew if it ended.
            ContainerStartError: It had ended, and can't be started anew.
        """
        return self.stream(body, content_type, accept, headers, timeout, model=model).whole()

    def stream(
        self,
        body: bytes,
        content_type: str = "",
        accept: str = "",
        headers: Mapping[str, str] | None = None,
        timeout: float = INVOKE_SECONDS,
        *,
        model: str | None = None,
    ) -> Stream:
        """Does as ``invoke`` does and returns the parts of the answer as they come; they must be used up or closed."""
        path = "/invocations" if model is None else f"/models/{quote(model, safe='')}/invoke"
        named = {"Content-Type": content_type, "Accept": accept}
        return self._send("POST", path, body, {**(headers or {}), **{name: value for name, value in named.items() if value}}, timeout)

    def execution_parameters(self) -> dict[str, Any]:
        """Returns what the container wants of a batch transform job, empty if it has no wishes."""
        answer = self._send("GET", "/execution-parameters", b"", {}, LOAD_SECONDS).whole()
        wishes: dict[str, Any] = json.loads(answer.body) if answer.status == 200 else {}
        return wishes

    def load(self, name: str, folder: Path, *, target_model: str | None = None) -> LoadedModel:
        """Loads the model in ``folder`` as ``name``, for which ``target_model`` is the caller's name.

        Raises:
            ContainerRefusalError: There is one of that name (409), no memory is left (507), or it can't be loaded (500).
        """
        headers = {"X-Amzn-SageMaker-Target-Model": target_model} if target_model else {}
        return _loaded(self._asked("POST", "/models", {"model_name": name, "url": str(folder)}, headers))

    def unload(self, name: str) -> LoadedModel:
        """Forgets the model ``name``, or raises ``ContainerRefusalError`` (404)."""
        return _loaded(self._asked("DELETE", f"/models/{quote(name, safe='')}"))

    def models(self) -> list[LoadedModel]:
        """Returns the models in memory, in the order of their names."""
        page = self._asked("GET", "/models")
        found = page["models"]
        while "nextPageToken" in page:
            page = self._asked("GET", f"/models?next_page_token={quote(page['nextPageToken'])}")
            found += page["models"]
        return [_loaded(said) for said in found]

    def load_adapter(self, name: str, folder: Path) -> None:
        """Loads the low-rank adapter in ``folder`` beside the others, or raises ``ContainerRefusalError``."""
        self._asked("POST", "/adapters", {"name": name, "src": str(folder)})

    def unload_adapter(self, name: str) -> None:
        """Forgets an adapter, or raises ``ContainerRefusalError`` (404)."""
        self._asked("DELETE", f"/adapters/{quote(name, safe='')}")

    def adapters(self) -> list[str]:
        """Returns the names of the adapters."""
        return list(self._asked("GET", "/adapters")["adapters"])

    def _asked(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        answer = self._send(method, path, content, headers or {}, LOAD_SECONDS).whole()
        said: dict[str, Any] = json.loads(answer.body) if answer.content_type == "application/json" else {}
        if answer.status != 200:
            raise ContainerRefusalError(answer.status, said.get("message", ""))
        return said

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Stream:
        process = self._running()
        try:
            status, content_type, parts = Exchange(process.port, timeout).send(method, path, body, headers)
        except ConnectionError as error:
            raise _ended(process, error) from error
        return Stream(status, content_type, _told(process, parts))

    def _running(self) -> ContainerProcess:
        """Returns the process, a new one if it ended, as SageMaker starts a container anew."""
        with self._lock:
            if self._process is None:
                raise RuntimeError("the container must be started first")
            if not self._process.is_alive:
                self._process.end()
                self._process = ContainerProcess(self._arguments, self._environment)
                self.restarts += 1
            return self._process


def _told(process: ContainerProcess, parts: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from parts
    except ConnectionError as error:
        raise _ended(process, error) from error


def _ended(process: ContainerProcess, error: ConnectionError) -> ContainerEndedError:
    status = process.wait(ENDING_SECONDS)
    happened = str(error) if status is None else f"the container ended with exit status {status}"
    return ContainerEndedError(f"{happened}: {process.log()[-LAST_WORDS:]}")


def _loaded(said: Mapping[str, Any]) -> LoadedModel:
    return LoadedModel(said["modelName"], said["modelUrl"], said["memoryBytes"], said["loadSeconds"])
