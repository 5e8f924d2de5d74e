"""The containers of a model, while they run."""

from __future__ import annotations

import contextlib
import shutil
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blueprints.local import dispatch, provenance
from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.container_log import ContainerLog
from blueprints.local.sagemaker.containers import ContainerRefusalError, ContainerStartError
from blueprints.local.sagemaker.downloads import DownloadError, fetch, fetch_archive, source_of
from blueprints.local.sagemaker.multi_model import ManyModels
from blueprints.local.sagemaker.naming import unservable
from blueprints.local.sagemaker.running import (
    ContainerSpec,
    Invocation,
    ModelFailedError,
    NotReadyError,
    Program,
    Programs,
    Reply,
    RunningContainer,
    StartError,
)
from blueprints.local.stand_ins import StandInError

ADAPTER = "X-Amzn-SageMaker-Adapter-Identifier"
TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container {}. "
    "Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)
MAX_TEXT = 1024


@dataclass(frozen=True)
class Served:
    """What has to run.

    Args:
        containers: The container definitions, in their order.
        role: Gives clients with the rights of the execution role.
        direct: Whether callers name the container; otherwise each gets what the one before it answered.
        instance_type: What it runs on.
        environment: Variables that go before those of the definitions.
        variant: The variant's name, for messages.
        log: The log group of the containers, and the beginning of the stream's name.
    """

    containers: Sequence[Mapping[str, Any]]
    role: ClientFactory
    direct: bool = False
    instance_type: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    variant: str = "AllTraffic"
    log: tuple[str, str] = ("", "")


@dataclass
class _Part:
    """One container of a host."""

    name: str
    hostname: str
    running: RunningContainer
    many: ManyModels | None = None


class Host:
    """Fetches a model's artifacts, starts its containers and passes requests on to them.

    Args:
        served: What has to run.
        folder: Where artifacts are kept; a folder of its own is made in it.
        programs: What runs images here.
    """

    def __init__(self, served: Served, folder: Path, programs: Programs) -> None:
        self._served = served
        self._folder = folder / uuid.uuid4().hex[:12]
        found = [programs(str(each.get("Image"))) for each in served.containers]
        self._programs = [each for each in found if each is not None] if None not in found else []
        self._parts: list[_Part] = []
        self._lock = threading.Lock()
        self._fetched = False
        self._log = ContainerLog(*served.log, served.role)

    @property
    def program(self) -> str | None:
        """What answers; nothing where an image has no program here."""
        return " and ".join(dict.fromkeys(each.name for each in self._programs)) or None

    @property
    def running(self) -> bool:
        """Whether the containers run."""
        return bool(self._parts)

    @property
    def role(self) -> ClientFactory:
        """Clients with the rights of the model's role."""
        return self._served.role

    def start(self) -> None:
        """Starts the containers, unless they run or nothing here can run them.

        Raises:
            StartError: An artifact can't be read, or a container does not answer.
        """
        with self._lock:
            if self._parts or not self._programs:
                return
            parts: list[_Part] = []
            try:
                for number, (definition, program) in enumerate(zip(self._served.containers, self._programs, strict=True), start=1):
                    parts.append(self._started(number, definition, program))
            except BaseException:
                _stop(parts)
                raise
            self._fetched, self._parts = True, parts

    def stop(self, *, keep: bool = False) -> None:
        """Ends the containers; what was fetched stays if ``keep``."""
        with self._lock:
            parts, self._parts = self._parts, []
            for part in parts:
                self._log.write(part.running.log())
            _stop(parts)
            if not keep:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._fetched = False

    def invoke(self, invocation: Invocation) -> Reply:
        """Returns the model's answer.

        Raises:
            ModelFailedError: A container answered with an error, or not in time.
            NotReadyError: One of many models is still being loaded.
            StandInError: The request names a model or a container that is not there.
        """
        if not self._programs:
            images = ", ".join(str(each.get("Image")) for each in self._served.containers)
            raise StandInError("NotImplemented", f"the embedded AWS has no program that stands in for the image {images}", 501)
        dispatch.answered_by(provenance.stand_in(self.program or ""))
        if not self._parts:
            raise NotReadyError("The model's containers do not run.")
        parts = self._asked(invocation)
        reply = Reply(invocation.content_type, (invocation.body,))
        for place, part in enumerate(parts, start=1):
            accept = invocation.accept if place == len(parts) else ""
            try:
                reply = _ask(part, invocation, reply, accept)
            except ModelFailedError as error:
                self._log.write(f'{part.running.log()}\n"POST /invocations HTTP/1.1" {error.status}')
                raise
        return reply

    def load_adapter(self, name: str, uri: str, role: ClientFactory) -> None:
        """Fetches an adapter and lays it upon the model, as soon as that runs.

        Raises:
            StartError: It can't be read, or the container does not take it.
        """
        folder = self._folder / "adapters" / name
        try:
            fetch_archive(uri, folder, role)
            if self._parts:
                self._parts[0].running.load_adapter(name, folder)
        except DownloadError as error:
            raise StartError(_not_downloaded(name, error)) from error
        except ContainerRefusalError as error:
            raise StartError(f"The adapter {name} can't be loaded: {_shortened(str(error))}") from error

    def unload_adapter(self, name: str) -> None:
        """Takes an adapter from the model."""
        with contextlib.suppress(ContainerRefusalError):
            if self._parts:
                self._parts[0].running.unload_adapter(name)

    def _asked(self, invocation: Invocation) -> list[_Part]:
        many = any(part.many for part in self._parts)
        if bool(invocation.target_model) != many:
            wants = "must be invoked with TargetModel" if many else "does not support TargetModel"
            kind = "is a multi-model endpoint and" if many else "is not a multi-model endpoint and"
            raise unservable(f"The endpoint {kind} {wants}.")
        if not self._served.direct:
            return self._parts
        found = [part for part in self._parts if part.hostname == invocation.hostname]
        if not found:
            names = ", ".join(part.hostname for part in self._parts)
            raise unservable(f"TargetContainerHostname must be one of {names}, got {invocation.hostname!r}.")
        return found

    def _started(self, number: int, definition: Mapping[str, Any], program: Program) -> _Part:
        single = len(self._served.containers) == 1
        hostname = definition.get("ContainerHostname") or f"container-{number}"
        name = "primary" if single else hostname
        multi = definition.get("Mode") == "MultiModel"
        folder = self._folder / str(number)
        self._fetch(number, definition, folder, multi=multi)
        environment = {**(definition.get("Environment") or {}), **self._served.environment}
        running = program.make(ContainerSpec(str(definition["Image"]), folder, environment, multi))
        try:
            running.start()
        except (RuntimeError, OSError, TimeoutError) as error:
            self._log.write(f"{running.log()}\n{error}")
            running.stop()
            container = "primary container" if single else f"{name} container"
            health = f"The {container} for production variant {self._served.variant} did not pass the ping health check."
            raise StartError(f"{health} Please check CloudWatch logs for this endpoint. {_shortened(str(error))}") from error
        self._log.write(running.log())
        return _Part(name, hostname, running, self._many(definition, running, folder) if multi else None)

    def _fetch(self, number: int, definition: Mapping[str, Any], folder: Path, *, multi: bool) -> None:
        if self._fetched or multi:
            folder.mkdir(parents=True, exist_ok=True)
            return
        try:
            fetch(definition, folder, self._served.role)
        except DownloadError as error:
            raise StartError(_not_downloaded(f"container_{number}", error)) from error

    def _many(self, definition: Mapping[str, Any], running: RunningContainer, folder: Path) -> ManyModels:
        cached = (definition.get("MultiModelConfig") or {}).get("ModelCacheSetting", "Enabled") == "Enabled"
        return ManyModels(source_of(definition)[0], self._served.role, running, folder, instance=self._served.instance_type, cached=cached)


def _ask(part: _Part, invocation: Invocation, before: Reply, accept: str) -> Reply:
    """Returns what one container answers to what the one before it answered."""

    def ask(model: str | None = None) -> tuple[int, str, tuple[bytes, ...]]:
        adapter = {ADAPTER: invocation.adapter} if invocation.adapter else {}
        arguments = (before.body, before.content_type, accept, {**invocation.headers, **adapter}, invocation.timeout)
        status, content_type, parts = part.running.stream(*arguments, model=model)
        return status, content_type, tuple(parts)

    try:
        if part.many and invocation.target_model:
            with part.many.loaded(invocation.target_model, invocation.timeout, invocation.tell) as name:
                status, content_type, parts = ask(name)
        else:
            status, content_type, parts = ask()
    except TimeoutError as error:
        raise ModelFailedError(part.name, 0, TIMED_OUT.format(part.name)) from error
    except (OSError, ContainerStartError) as error:
        raise ModelFailedError(part.name, 500, f"the container does not answer: {error}") from error
    if not 200 <= status < 300:
        raise ModelFailedError(part.name, status, _shortened(b"".join(parts).decode(errors="replace")))
    return Reply(content_type, parts)


def _not_downloaded(container: str, error: DownloadError) -> str:
    there = "Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions"
    message = f'Failed to download model data for container "{container}" from URL: "{error.uri}".'
    return f"{message} {there} to download the object. {_shortened(error.reason)}"


def _stop(parts: Sequence[_Part]) -> None:
    for part in parts:
        part.running.stop()


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
