"""Reads ``config.pbtxt``, what a model of a Triton repository says of itself.

https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/model_configuration.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

NUMPY_TYPES = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
}
"""NumPy's type for each of the protocol's; the configuration writes TYPE_ before them."""
PLATFORM, BACKEND = "onnxruntime_onnx", "onnxruntime"


@dataclass(frozen=True)
class Tensor:
    """An input or an output.

    Args:
        name: What it is called.
        datatype: A key of ``NUMPY_TYPES``.
        dims: Its shape, without the dimension of the batch; -1 is any size.
    """

    name: str
    datatype: str
    dims: tuple[int, ...]


@dataclass(frozen=True)
class Config:
    """What a model says of itself.

    Args:
        name: What it is called.
        max_batch_size: How many rows a request may have; 0 if there is no dimension of the batch.
        inputs: What it takes.
        outputs: What it gives.
    """

    name: str
    max_batch_size: int
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def shape(self, tensor: Tensor) -> tuple[int, ...]:
        """Returns the whole shape of a tensor, -1 for any size."""
        return (-1, *tensor.dims) if self.max_batch_size else tensor.dims


def parse(text: str) -> Config:
    """Returns what ``config.pbtxt`` says, as far as it counts here; the rest, like groups of instances, is skipped.

    Raises:
        ValueError: It can't be read, or the model is not for ONNX Runtime.
    """
    try:
        said: Any = text_format.Parse(text, _MESSAGE(), allow_unknown_field=True)
    except text_format.ParseError as error:
        raise ValueError(f"config.pbtxt can't be read: {error}") from error
    if PLATFORM not in (said.platform, f"{said.backend}_onnx"):
        raise ValueError(f'config.pbtxt must have platform "{PLATFORM}" or backend "{BACKEND}", got {said.platform or said.backend!r}')
    return Config(said.name, said.max_batch_size, _tensors(said.input), _tensors(said.output))


def _tensors(said: Any) -> tuple[Tensor, ...]:
    types = list(NUMPY_TYPES)
    return tuple(Tensor(each.name, types[each.data_type - 1], tuple(each.dims)) for each in said)


def _message() -> Any:
    """Returns a class for the part of Triton's ``model_config.proto`` that counts, and for lists, which can't be skipped unknown."""
    file = descriptor_pb2.FileDescriptorProto(name="config.proto", package="config", syntax="proto3")
    types = file.enum_type.add(name="DataType")
    for number, name in enumerate(["TYPE_INVALID", *(f"TYPE_{name}" for name in NUMPY_TYPES)]):
        types.value.add(name=name, number=number)
    for message_name, fields in _FIELDS.items():
        message = file.message_type.add(name=message_name)
        for number, (name, kind) in enumerate(fields.items(), start=1):
            _add_field(message, number, name, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("config.Model"))


def _add_field(message: Any, number: int, name: str, kind: str) -> None:
    plain = kind.removesuffix("*")
    known = descriptor_pb2.FieldDescriptorProto
    simple = {"string": known.TYPE_STRING, "int32": known.TYPE_INT32, "int64": known.TYPE_INT64, "DataType": known.TYPE_ENUM}
    field = message.field.add(name=name, number=number, type=simple.get(plain, known.TYPE_MESSAGE))
    field.label = known.LABEL_REPEATED if kind.endswith("*") else known.LABEL_OPTIONAL
    if plain[0].isupper():
        field.type_name = f".config.{plain}"


_LISTS = ("instance_group", "parameters", "model_warmup", "batch_input", "batch_output")
_FIELDS = {
    "Rest": {"parameters": "Rest*"},
    "Accelerators": {"gpu_execution_accelerator": "Rest*", "cpu_execution_accelerator": "Rest*"},
    "Optimization": {"execution_accelerators": "Accelerators"},
    "Tensor": {"name": "string", "data_type": "DataType", "dims": "int64*"},
    "Model": {
        "name": "string",
        "platform": "string",
        "backend": "string",
        "max_batch_size": "int32",
        "input": "Tensor*",
        "output": "Tensor*",
        "optimization": "Optimization",
        **dict.fromkeys(_LISTS, "Rest*"),
    },
}
"""The fields of each message; an asterisk marks lists."""
_MESSAGE = _message()
