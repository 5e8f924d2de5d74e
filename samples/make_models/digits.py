"""ONNX in a repository of Triton: which digit was written by hand, on 8 by 8 points."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from samples.make_models.training import Array, Numbers, Weights, adam, softmax, uniform

POINTS, HIDDEN, DIGITS = 64, 48, 10
OPSET, IR_VERSION = 17, 8
NAME = "digits"
CONFIG = f"""name: "{NAME}"
platform: "onnxruntime_onnx"
max_batch_size: 64
input [
  {{
    name: "points"
    data_type: TYPE_FP32
    dims: [ {POINTS} ]
  }}
]
output [
  {{
    name: "probabilities"
    data_type: TYPE_FP32
    dims: [ {DIGITS} ]
  }}
]
"""


@cache
def digits() -> Any:
    """Returns points to train on, points held out, and the digits of both."""
    rows, written = load_digits(return_X_y=True)
    return train_test_split(rows.astype(np.float32), written, test_size=0.3, random_state=20, stratify=written)


@cache
def train() -> Weights:
    """Trains a network with one hidden layer."""
    rows, _, written, _ = digits()
    random = np.random.default_rng(20)
    start = {"first": uniform(random, POINTS, HIDDEN), "second": uniform(random, HIDDEN, DIGITS)}
    start |= {"first_bias": np.zeros(HIDDEN, np.float32), "second_bias": np.zeros(DIGITS, np.float32)}
    wanted = np.eye(DIGITS, dtype=np.float32)[written]

    def gradients(weights: Weights, numbers: Numbers) -> Weights:
        points = rows[numbers] / 16
        hidden = np.maximum(points @ weights["first"] + weights["first_bias"], 0)
        error = (softmax(hidden @ weights["second"] + weights["second_bias"]) - wanted[numbers]) / len(numbers)
        back = (error @ weights["second"].T) * (hidden > 0)
        return {"first": points.T @ back, "first_bias": back.sum(0), "second": hidden.T @ error, "second_bias": error.sum(0)}

    return adam(start, gradients, len(rows), epochs=40, batch=64, rate=0.01, seed=20)


def probabilities(weights: Weights, rows: Array) -> Array:
    """Returns what the network says, computed with NumPy."""
    hidden = np.maximum(rows / 16 @ weights["first"] + weights["first_bias"], 0)
    return softmax(hidden @ weights["second"] + weights["second_bias"])


def quality(weights: Weights) -> dict[str, str]:
    """Returns how well the network does on digits that it has not seen."""
    _, rows, _, written = digits()
    right = (probabilities(weights, rows).argmax(axis=1) == written).mean()
    return {"accuracy": f"{right:.3f} of {len(written)} (always the most frequent: {np.bincount(written).max() / len(written):.3f})"}


def graph(weights: Weights) -> bytes:
    """Returns the network as ONNX."""
    nodes = [
        helper.make_node("Mul", ["points", "scale"], ["scaled"]),
        helper.make_node("Gemm", ["scaled", "first", "first_bias"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "second", "second_bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1),
    ]
    values = {**weights, "scale": np.array(1 / 16, np.float32)}
    shaped = helper.make_tensor_value_info
    whole = helper.make_graph(
        nodes,
        NAME,
        [shaped("points", TensorProto.FLOAT, ["batch", POINTS])],
        [shaped("probabilities", TensorProto.FLOAT, ["batch", DIGITS])],
        [numpy_helper.from_array(value, name) for name, value in sorted(values.items())],
    )
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="samples.make_models"
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def files() -> dict[str, bytes]:
    """Returns the artifact: a model repository with one model in one version."""
    return {f"{NAME}/config.pbtxt": CONFIG.encode(), f"{NAME}/1/model.onnx": graph(train())}


def request(number: int) -> dict[str, Any]:
    """Returns a request for so many held-out digits."""
    _, rows, _, _ = digits()
    tensor = {"name": "points", "shape": [number, POINTS], "datatype": "FP32", "data": rows[:number].astype(int).ravel().tolist()}
    return {"inputs": [tensor]}
