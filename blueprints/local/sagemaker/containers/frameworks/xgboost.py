"""XGBoost as SageMaker's own container runs it: in algorithm mode, and with one model or many.

Behaviour read from https://github.com/aws/sagemaker-xgboost-container (algorithm_mode/serve.py, serve_utils.py, handler_service.py).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
import xgboost

from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Response, Settings

CSV, JSON = "text/csv", "application/json"
CSV_TYPES, LIBSVM_TYPES = ("csv", CSV), ("libsvm", "text/libsvm", "text/x-libsvm", "")
MAX_CONTENT_LENGTH = 6 * 1024**2


def load(folder: Path, settings: Settings) -> Booster:
    """Loads the model, or all models, whose mean then counts, that lie at the top of ``folder``.

    The container takes pickled models too; here only XGBoost's own formats are taken, because unpickling runs code.

    Raises:
        ValueError: There is no model, or it is none that XGBoost saved.
    """
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise ValueError(f"Unable to load model: {folder.name} holds no file; a model is one, called xgboost-model by custom")
    ensemble = settings.environment.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true"
    return Booster([_booster(path) for path in (files if ensemble else files[:1])], settings)


def _booster(path: Path) -> xgboost.Booster:
    content = path.read_bytes()
    if content[:1] != b"{":
        raise ValueError(f"Unable to load model: {path.name} must be a model that XGBoost saved as JSON or UBJSON")
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(content))
    except xgboost.core.XGBoostError as error:
        raise ValueError(f"Unable to load model: {path.name}: {str(error).splitlines()[0]}") from error
    booster.set_param("nthread", "1")
    return booster


class Booster:
    """Trees in memory.

    Args:
        boosters: The models.
        settings: What the container was told.
    """

    def __init__(self, boosters: Sequence[xgboost.Booster], settings: Settings) -> None:
        self._boosters = boosters
        self._settings = settings
        self._max_bytes = int(settings.environment.get("MAX_CONTENT_LENGTH", MAX_CONTENT_LENGTH))
        self._accept = settings.environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON if settings.multi_model else CSV)

    def answer(self, request: Request) -> Response:
        """Returns one score per row, or one row of scores for models with many classes."""
        if not request.body:
            return Response(b"", CSV, HTTPStatus.NO_CONTENT)
        if len(request.body) > self._max_bytes and not self._settings.multi_model:
            raise Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body must have {self._max_bytes} bytes at most")
        rows = _rows(request)
        try:
            scores = np.mean([booster.predict(xgboost.DMatrix(rows), validate_features=False) for booster in self._boosters], axis=0)
        except (xgboost.core.XGBoostError, ValueError) as error:
            message = f"Unable to evaluate payload provided: {str(error).splitlines()[0]}"
            raise Rejected(HTTPStatus.BAD_REQUEST, message) from error
        return self._encoded(scores.tolist(), request.accept)

    def _encoded(self, scores: list[Any], accept: str) -> Response:
        wanted = accept.split(";")[0].strip().lower()
        wanted = self._accept if wanted in ("", "*/*") else wanted
        if wanted not in (CSV, JSON):
            status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE if self._settings.multi_model else HTTPStatus.NOT_ACCEPTABLE
            raise Rejected(status, f"Accept type {accept} is not supported. Please use {CSV} or {JSON}.")
        return Response(self._text(scores, wanted).encode(), wanted)

    def _text(self, scores: list[Any], wanted: str) -> str:
        many = self._settings.multi_model
        if self._settings.in_batch and not (many and wanted == JSON):
            return "".join(f"{score}\n" for score in scores)
        if many:  # all scores in one line, as the container goes on doing for callers of its first versions
            return json.dumps(scores) if wanted == JSON else ",".join(map(str, scores))
        if wanted == JSON:
            return json.dumps({"predictions": [{"score": score} for score in scores]})
        return "".join(",".join(map(str, score if isinstance(score, list) else [score])) + "\n" for score in scores)


def _rows(request: Request) -> Any:
    content_type = request.content_type.split(";")[0].strip().lower()
    try:
        text = request.body.decode().strip()
        if content_type in CSV_TYPES:
            return _table(text)
        if content_type in LIBSVM_TYPES:
            return _sparse(text)
    except ValueError as error:
        message = f"Loading {content_type or 'libsvm'} data failed, please ensure data is in that format: {error}"
        raise Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message) from error
    raise Rejected(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{content_type} is not an accepted ContentType: text/csv, text/libsvm, text/x-libsvm"
    )


def _table(text: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Returns the rows; an empty field is a missing value."""
    delimiter = next((sign for sign in ",;\t " if sign in text.partition("\n")[0]), ",")
    lines = [[field or "nan" for field in row] for row in csv.reader(text.splitlines(), delimiter=delimiter)]
    return np.array(lines).astype(float)


def _sparse(text: str) -> scipy.sparse.csr_matrix:
    """Returns the rows of ``label index:value …``; indices count from 1 unless one is 0."""
    entries = [(number, *entry.split(":", 1)) for number, line in enumerate(text.splitlines()) for entry in line.split() if ":" in entry]
    if not entries:
        raise ValueError("there is no index:value")
    rows, columns, values = zip(*entries, strict=True)
    indices = np.array(columns).astype(int)
    indices = indices - 1 if indices.min() >= 1 else indices
    return scipy.sparse.csr_matrix((np.array(values).astype(float), (np.array(rows), indices)))
