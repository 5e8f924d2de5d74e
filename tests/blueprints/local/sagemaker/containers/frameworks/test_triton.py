"""A Triton repository is served by Triton's protocol."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blueprints.local.sagemaker.containers.frameworks import triton
from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Settings


@pytest.fixture(scope="module")
def digits(root: Path) -> Path:
    return root / "samples" / "models" / "digits"


@pytest.fixture(scope="module")
def model(digits: Path) -> triton.Repository:
    return triton.load(digits, Settings())


def request(**changes: Any) -> dict[str, Any]:
    return {"inputs": [{"name": "points", "shape": [1, 64], "datatype": "FP32", "data": [0] * 64, **changes}]}


def ask(model: triton.Repository, asked: object, content_type: str = "application/json") -> dict[str, Any]:
    response = model.answer(Request(json.dumps(asked).encode(), content_type))
    assert isinstance(response.body, bytes)
    said: dict[str, Any] = json.loads(response.body)
    return said


def test_two_digits_are_read(model: triton.Repository, root: Path) -> None:
    asked = json.loads((root / "samples" / "multi-model-inference" / "digits.json").read_text())
    said = ask(model, asked)
    (output,) = said["outputs"]
    assert (said["model_name"], said["model_version"]) == ("digits", "1")
    assert (output["name"], output["datatype"], output["shape"]) == ("probabilities", "FP32", [2, 10])
    assert np.array(output["data"]).reshape(2, 10).sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert np.array(output["data"]).reshape(2, 10).max() > 0.9


def test_a_request_keeps_its_number_and_chooses_its_outputs(model: triton.Repository) -> None:
    said = ask(model, {"id": "7", **request(), "outputs": [{"name": "probabilities"}]}, "application/octet-stream")
    assert (said["id"], [output["name"] for output in said["outputs"]]) == ("7", ["probabilities"])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ([], "must be a JSON object"),
        ({}, "must have a list of inputs"),
        ({"inputs": ["points"]}, "must have a list of inputs"),
        (request(name="pixels"), r"expected the inputs \['points'\], got \['pixels'\]"),
        (request(datatype="INT8"), "must be FP32, got INT8"),
        (request(shape=[64]), r"unexpected shape .* expected \[-1, 64\], got \[64\]"),
        (request(shape=[0, 64]), "unexpected shape"),
        (request(shape=[65, 64]), "the batch size must be <= 64 .* got 65"),
        (request(shape=[2, 64]), "must be FP32 values for the shape"),
        (request(data=["many"] * 64), "must be FP32 values"),
        ({**request(), "outputs": [{"name": "colour"}]}, "unexpected inference output 'colour'"),
    ],
)
def test_bad_requests_are_refused_with_a_reason(model: triton.Repository, asked: object, message: str) -> None:
    with pytest.raises(Rejected, match=message) as caught:
        ask(model, asked)
    assert caught.value.status == 400


def test_other_formats_are_refused(model: triton.Repository) -> None:
    with pytest.raises(Rejected, match="must be application/json, got text/csv") as caught:
        ask(model, request(), "text/csv")
    assert caught.value.status == 415
    with pytest.raises(Rejected, match="failed to parse the request JSON buffer"):
        model.answer(Request(b"{", "application/json"))


def test_the_newest_version_is_served(digits: Path, tmp_path: Path) -> None:
    shutil.copytree(digits / "digits", tmp_path / "digits")
    for version in ("2", "10"):
        shutil.copytree(tmp_path / "digits" / "1", tmp_path / "digits" / version)
    assert ask(triton.load(tmp_path, Settings()), request())["model_version"] == "10"


def test_one_of_several_models_must_be_named(digits: Path, tmp_path: Path) -> None:
    for name in ("digits", "other"):
        shutil.copytree(digits / "digits", tmp_path / name)
    with pytest.raises(ValueError, match="must be one of the models digits, other, got none"):
        triton.load(tmp_path, Settings())
    named = triton.load(tmp_path, Settings({"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": "digits"}))
    assert ask(named, request())["model_name"] == "digits"
    with pytest.raises(ValueError, match="must be that of its folder, 'other', got 'digits'"):
        triton.load(tmp_path, Settings({"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": "other"}))


def test_a_model_must_have_a_version(digits: Path, tmp_path: Path) -> None:
    (tmp_path / "digits").mkdir()
    shutil.copy(digits / "digits" / "config.pbtxt", tmp_path / "digits")
    with pytest.raises(ValueError, match="must have a folder with its version as name"):
        triton.load(tmp_path, Settings())
