"""A model repository of NVIDIA's Triton, served by ONNX Runtime with Triton's own protocol.

Requests follow https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md, as SageMaker's
container takes them: https://docs.aws.amazon.com/sagemaker/latest/dg/deploy-models-frameworks-triton.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from blueprints.local.sagemaker.containers.frameworks.triton_config import NUMPY_TYPES, Config, Tensor, parse
from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Response, Settings

JSON_TYPES = ("", "application/json", "application/octet-stream")
DEFAULT_MODEL = "SAGEMAKER_TRITON_DEFAULT_MODEL_NAME"


def load(folder: Path, settings: Settings) -> Repository:
    """Loads the newest version of one model of the repository in ``folder``.

    Raises:
        ValueError: There is no such model, or several and none is named by ``SAGEMAKER_TRITON_DEFAULT_MODEL_NAME``.
    """
    names = sorted(path.parent.name for path in folder.glob("*/config.pbtxt"))
    wanted = settings.environment.get(DEFAULT_MODEL) or (names[0] if len(names) == 1 else "")
    if wanted not in names:
        raise ValueError(f"{DEFAULT_MODEL} must be one of the models {', '.join(names) or '(there are none)'}, got {wanted or 'none'}")
    versions = [path for path in (folder / wanted).iterdir() if path.name.isdecimal() and (path / "model.onnx").is_file()]
    if not versions:
        raise ValueError(f"the model {wanted} must have a folder with its version as name, 1 for example, with model.onnx in it")
    newest = max(versions, key=lambda path: int(path.name))
    return Repository(parse((folder / wanted / "config.pbtxt").read_text()), newest / "model.onnx", wanted)


class Repository:
    """A model in memory.

    Args:
        config: What it says of itself.
        path: The ONNX file, in a folder with its version as name.
        name: The folder of the model.
    """

    def __init__(self, config: Config, path: Path, name: str) -> None:
        if config.name not in ("", name):
            raise ValueError(f"the name in config.pbtxt must be that of its folder, {name!r}, got {config.name!r}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._config, self._name, self._version = config, name, path.parent.name
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def answer(self, request: Request) -> Response:
        """Returns the outputs for the inputs of the request."""
        if request.content_type.split(";")[0].strip().lower() not in JSON_TYPES:
            raise Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"content type must be application/json, got {request.content_type}")
        asked = _object(request.body)
        given = self._inputs(asked)
        wanted = [output.get("name") for output in asked.get("outputs", [])] or [output.name for output in self._config.outputs]
        known = {output.name: output for output in self._config.outputs}
        if unknown := [str(name) for name in wanted if name not in known]:
            raise _bad(f"unexpected inference output '{unknown[0]}' for model '{self._name}'")
        found = self._session.run(wanted, given)
        outputs = [_described(known[name], value) for name, value in zip(wanted, found, strict=True)]
        answer = {"model_name": self._name, "model_version": self._version, "outputs": outputs}
        return Response(json.dumps({"id": asked["id"], **answer} if "id" in asked else answer).encode())

    def _inputs(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        inputs = asked.get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(each, dict) for each in inputs):
            raise _bad("the request must have a list of inputs")
        given = {each.get("name"): each for each in inputs}
        known = {tensor.name for tensor in self._config.inputs}
        if set(given) != known:
            raise _bad(f"expected the inputs {sorted(known)}, got {sorted(map(str, given))} for model '{self._name}'")
        return {tensor.name: self._array(tensor, given[tensor.name]) for tensor in self._config.inputs}

    def _array(self, tensor: Tensor, given: Mapping[str, Any]) -> Any:
        if given.get("datatype") != tensor.datatype:
            raise _bad(f"the data-type of input '{tensor.name}' must be {tensor.datatype}, got {given.get('datatype')}")
        shape = self._config.shape(tensor)
        asked = given.get("shape")
        if not isinstance(asked, list) or not _fits(asked, shape):
            raise _bad(f"unexpected shape for input '{tensor.name}': expected {list(shape)}, got {asked}")
        if self._config.max_batch_size and asked[0] > self._config.max_batch_size:
            raise _bad(f"the batch size must be <= {self._config.max_batch_size} for '{self._name}', got {asked[0]}")
        try:
            return np.array(given.get("data"), dtype=NUMPY_TYPES[tensor.datatype]).reshape(asked)
        except (TypeError, ValueError, OverflowError) as error:
            raise _bad(f"the data of input '{tensor.name}' must be {tensor.datatype} values for the shape {asked}: {error}") from error


def _fits(asked: list[Any], shape: tuple[int, ...]) -> bool:
    sizes = all(type(size) is int and size > 0 for size in asked)
    return sizes and len(asked) == len(shape) and all(want in (-1, size) for size, want in zip(asked, shape, strict=True))


def _described(tensor: Tensor, value: Any) -> dict[str, Any]:
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": list(value.shape), "data": value.ravel().tolist()}


def _object(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise _bad(f"failed to parse the request JSON buffer: {error}") from error
    if not isinstance(asked, dict):
        raise _bad("the request must be a JSON object")
    return asked


def _bad(message: str) -> Rejected:
    return Rejected(HTTPStatus.BAD_REQUEST, message)
