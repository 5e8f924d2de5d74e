"""scikit-learn as SageMaker's own container runs it: by a script in the artifact, and by defaults where the script has none.

Behaviour read from https://github.com/aws/sagemaker-scikit-learn-container (serving.py) and https://github.com/aws/sagemaker-containers
(_transformer.py, _encoders.py). The script and the pickle that it loads run code: only what the deployment's own settings name is loaded.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Response, Settings

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
PROGRAM, SUBMIT_DIRECTORY = "SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY"
MODEL_FOLDER = "/opt/ml/model"


def load(folder: Path, settings: Settings) -> Script:
    """Imports the script that ``SAGEMAKER_PROGRAM`` names and lets it load its model.

    Raises:
        ValueError: There is no such script, or it has no ``model_fn``, without which the container does not start.
    """
    program = settings.environment.get(PROGRAM)
    if not program:
        raise ValueError(f"the scikit-learn container must be told its script by {PROGRAM} and {SUBMIT_DIRECTORY}, got none")
    script = _import(_code_folder(folder, settings.environment) / program)
    if not hasattr(script, "model_fn"):
        raise ValueError(f"{program} must have a model_fn: the scikit-learn container has no default for it")
    return Script(script, folder, settings.environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON))


def _code_folder(folder: Path, environment: Mapping[str, str]) -> Path:
    told = environment.get(SUBMIT_DIRECTORY, f"{MODEL_FOLDER}/code")
    if told != MODEL_FOLDER and not told.startswith(f"{MODEL_FOLDER}/"):
        raise ValueError(f"{SUBMIT_DIRECTORY} must be a folder of {MODEL_FOLDER}, got {told!r}; scripts elsewhere are not fetched here")
    return folder / told.removeprefix(MODEL_FOLDER).lstrip("/")


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ValueError(f"the artifact holds no script {path.parent.name}/{path.name}")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return module


class Script:
    """A model and the functions that read, judge and write.

    Args:
        script: The module with ``model_fn`` and, if they are its own, ``input_fn``, ``predict_fn``, ``output_fn`` or ``transform_fn``.
        folder: Where the model is.
        accept: The format of answers to callers who want none in particular.
    """

    def __init__(self, script: ModuleType, folder: Path, accept: str) -> None:
        self._input: Callable[..., Any] = getattr(script, "input_fn", _read)
        self._predict: Callable[..., Any] = getattr(script, "predict_fn", _predict)
        self._output: Callable[..., Any] = getattr(script, "output_fn", _write)
        self._transform: Callable[..., Any] = getattr(script, "transform_fn", self._by_parts)
        if hasattr(script, "transform_fn") and any(hasattr(script, name) for name in ("input_fn", "predict_fn", "output_fn")):
            raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self._accept = accept
        self._model = script.model_fn(str(folder))

    def answer(self, request: Request) -> Response:
        """Returns what the script makes of the request; an error of the script is an error of the model."""
        content_type = request.content_type or JSON
        accept = self._accept if request.accept in ("", "*/*") else request.accept
        content = request.body.decode() if content_type in (JSON, CSV) else request.body
        result = self._transform(self._model, content, content_type, accept)
        body, answered = result if isinstance(result, tuple) else (result, accept)
        return Response(body.encode() if isinstance(body, str) else bytes(body), answered)

    def _by_parts(self, model: Any, content: Any, content_type: str, accept: str) -> Any:
        return self._output(self._predict(self._input(content, content_type), model), accept)


def _read(content: Any, content_type: str) -> Any:
    """Reads as the container does, to whom a single row is no table; but never unpickles what callers send."""
    if content_type == NPY:
        return np.load(io.BytesIO(content), allow_pickle=False)
    if content_type == JSON:
        return np.array(json.loads(content)).astype(np.float32)
    if content_type == CSV:
        return np.array(list(csv.reader(io.StringIO(content), strict=True))).squeeze().astype(np.float32)
    raise Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content type {content_type} is not supported by this framework.")


def _predict(rows: Any, model: Any) -> Any:
    return model.predict(rows)


def _write(prediction: Any, accept: str) -> bytes:
    if accept == JSON:
        return json.dumps(np.asarray(prediction).tolist()).encode()
    target = io.BytesIO()
    if accept == NPY:
        np.save(target, prediction, allow_pickle=False)
        return target.getvalue()
    if accept == CSV:
        rows = np.asarray(prediction)
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(rows.reshape(-1, 1).tolist() if rows.ndim == 1 else rows.tolist())
        return lines.getvalue().encode()
    raise Rejected(HTTPStatus.NOT_ACCEPTABLE, f"Content type {accept} is not supported by this framework.")
