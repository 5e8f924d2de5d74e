"""Many models in one container: fetched and loaded when they are first asked, unloaded when memory is needed."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import CONFLICT, INSUFFICIENT_STORAGE
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.containers import ContainerRefusalError
from blueprints.local.sagemaker.downloads import DownloadError, fetch_archive
from blueprints.local.sagemaker.naming import split, unservable
from blueprints.local.sagemaker.running import NotReadyError, RunningContainer, Tell, nobody
from ml_constructs.sagemaker.instance_types import instance_type

SHARE = 0.5
"""The part of an instance's memory that loaded models may take; the container takes some itself."""
LEAST_BYTES = 64 * 1024**2
"""What a loaded model is taken to need at least, however small its file is."""
USUAL_GIB = 8.0
"""The memory of an instance whose size is not known."""


@dataclass
class _Loaded:
    """A model in memory: its name in the container, what it takes, and how many requests are being answered with it."""

    name: str
    size: int
    busy: int = 0


class ManyModels:
    """The models below a prefix in S3, as one container holds them.

    Follows https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html: a model is fetched when it is first asked, stays
    on disk, and the one that was not asked for longest is unloaded when there is no memory left.

    Args:
        prefix: The address below which the models are.
        role: Gives clients with the rights of the model's role.
        container: Holds them.
        folder: Where they are kept on disk.
        instance: The type of what the container runs on; its memory limits how many are loaded.
        cached: Whether models stay loaded after a request.
        memory_bytes: How much loaded models may take; what the instance type allows unless given.
    """

    def __init__(
        self,
        prefix: str,
        role: ClientFactory,
        container: RunningContainer,
        folder: Path,
        *,
        instance: str = "",
        cached: bool = True,
        memory_bytes: int | None = None,
    ) -> None:
        self._prefix, self._role, self._container, self._folder = prefix.rstrip("/"), role, container, folder
        self._cached = cached
        self._memory = int(memory_gib(instance) * SHARE * 1024**3) if memory_bytes is None else memory_bytes
        self._lock = threading.Condition()
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()
        self._loading: set[str] = set()
        self._restarts = container.restarts

    @contextmanager
    def loaded(self, target: str, timeout: float, tell: Tell = nobody) -> Iterator[str]:
        """Keeps the model ``target`` loaded and gives the name that the container knows it by.

        ``tell`` gets the metrics of https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-cloudwatch-metrics.html.

        Raises:
            StandInError: There is no such model, or the role can't read it.
            NotReadyError: It could not be loaded in time.
        """
        model = self._taken(target, timeout, tell)
        try:
            yield model.name
        finally:
            with self._lock:
                model.busy -= 1
                if not self._cached and not model.busy:
                    self._unload(target, tell)
                self._lock.notify_all()

    def _taken(self, target: str, timeout: float, tell: Tell) -> _Loaded:
        """Returns the model, loaded by this thread or by another one, and marks it as used."""
        began = time.monotonic()
        deadline = began + timeout
        with self._lock:
            while target in self._loading:
                if not self._lock.wait(max(0.0, deadline - time.monotonic())):
                    raise NotReadyError(f"Model {target} is still being loaded.")
            if self._container.restarts > self._restarts:
                self._restarts = self._container.restarts
                self._loaded.clear()
            if target in self._loaded:
                self._loaded.move_to_end(target)
                self._loaded[target].busy += 1
                tell("ModelCacheHit", 1)
                return self._loaded[target]
            self._loading.add(target)
        try:
            tell("ModelCacheHit", 0)
            return self._load(target, tell)
        finally:
            tell("ModelLoadingWaitTime", _microseconds(began))
            with self._lock:
                self._loading.discard(target)
                self._lock.notify_all()

    def _load(self, target: str, tell: Tell) -> _Loaded:
        name = hashlib.sha256(target.encode()).hexdigest()[:32]
        folder = self._folder / name
        size = max(self._fetched(target, folder, tell), LEAST_BYTES)
        model = _Loaded(name, size, busy=1)
        began = time.monotonic()
        with self._lock:
            self._make_room(size, tell)
            self._loaded[target] = model
        try:
            self._load_into_container(target, model, folder, tell)
        except BaseException as error:
            with self._lock:
                self._loaded.pop(target, None)
            if isinstance(error, NotReadyError) or not isinstance(error, (RuntimeError, OSError)):
                raise
            raise unservable(f"Failed to load model {target}: {error}") from error
        tell("ModelLoadingTime", _microseconds(began))
        tell("LoadedModelCount", len(self._loaded))
        return model

    def _load_into_container(self, target: str, model: _Loaded, folder: Path, tell: Tell) -> None:
        """Loads a model; while the container says that it has no memory, others are unloaded."""
        while True:
            try:
                self._container.load(model.name, folder, target_model=target)
            except ContainerRefusalError as error:
                if error.status == CONFLICT:
                    return
                if error.status != INSUFFICIENT_STORAGE:
                    raise
                with self._lock:
                    if not self._evict(tell):
                        raise NotReadyError("there is no memory for the model while others are being asked") from error
            else:
                return

    def _fetched(self, target: str, folder: Path, tell: Tell) -> int:
        """Fetches a model unless it is on disk as it is in S3; returns its size."""
        uri = f"{self._prefix}/{target}"
        bucket, key = split(uri)
        note = folder.with_suffix(".json")
        try:
            etag = self._role("s3").head_object(Bucket=bucket, Key=key)["ETag"]
            known: dict[str, Any] = json.loads(note.read_text()) if note.exists() else {}
            if known.get("etag") != etag:
                shutil.rmtree(folder, ignore_errors=True)
                began = time.monotonic()
                known = {"etag": etag, "size": fetch_archive(uri, folder, self._role)}
                note.write_text(json.dumps(known))
                tell("ModelDownloadingTime", _microseconds(began))
        except (ClientError, DownloadError) as error:
            there = "Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions"
            raise unservable(f"Failed to download model data(bucket: {bucket}, key: {key}). {there} to download the model.") from error
        return int(known["size"])

    def _make_room(self, size: int, tell: Tell) -> None:
        while sum(model.size for model in self._loaded.values()) + size > self._memory and self._evict(tell):
            pass

    def _evict(self, tell: Tell) -> bool:
        """Unloads the model that was not asked for longest; tells whether there was one that is not being asked."""
        idle = next((target for target, model in self._loaded.items() if not model.busy), None)
        if idle is not None:
            self._unload(idle, tell)
        return idle is not None

    def _unload(self, target: str, tell: Tell) -> None:
        model, began = self._loaded.pop(target, None), time.monotonic()
        if model:
            self._container.unload(model.name)
            tell("ModelUnloadingTime", _microseconds(began))
            tell("LoadedModelCount", len(self._loaded))


def _microseconds(began: float) -> float:
    return (time.monotonic() - began) * 1e6


def memory_gib(name: str) -> float:
    """Returns the memory of an instance type, as far as it is known."""
    try:
        return instance_type(name).memory_gib
    except ValueError:
        return USUAL_GIB
