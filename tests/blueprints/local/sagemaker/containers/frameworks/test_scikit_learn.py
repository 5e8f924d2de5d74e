"""scikit-learn answers as SageMaker's own container does: by the script in the artifact."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blueprints.local.sagemaker.containers.frameworks import scikit_learn
from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Response, Settings

ENVIRONMENT = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
SUMS = """
class Sums:
    def predict(self, rows):
        return rows.sum(axis=1)

def model_fn(folder):
    return Sums()
"""


def artifact(folder: Path, script: str = SUMS) -> Path:
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "inference.py").write_text(script)
    return folder


def load(folder: Path, **environment: str) -> scikit_learn.Script:
    return scikit_learn.load(folder, Settings({**ENVIRONMENT, **environment}))


def ask(folder: Path, body: bytes, content_type: str = "application/json", accept: str = "", **environment: str) -> Response:
    return load(folder, **environment).answer(Request(body, content_type, accept))


def npy(values: Any) -> bytes:
    target = io.BytesIO()
    np.save(target, np.array(values))
    return target.getvalue()


def test_the_sample_model_tells_the_cultivar_of_each_wine(root: Path, tmp_path: Path) -> None:
    model = load(shutil.copytree(root / "samples" / "models" / "wine", tmp_path / "wine"))
    samples = root / "samples" / "serverless-inference"
    response = model.answer(Request((samples / "wines.json").read_bytes(), "application/json"))
    assert isinstance(response.body, bytes)
    assert [np.argmax(row) for row in json.loads(response.body)] == [2, 1, 2, 1]
    single = model.answer(Request((samples / "one-wine.csv").read_bytes(), "text/csv", "text/csv"))
    assert isinstance(single.body, bytes)
    assert [float(value) for value in single.body.split(b",")] == pytest.approx(json.loads(response.body)[0], abs=1e-6)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"[[1, 2], [3, 4]]", "application/json"), (b"1,2\n3,4\n", "text/csv"), (npy([[1.0, 2], [3, 4]]), "application/x-npy")],
)
@pytest.mark.parametrize(
    ("accept", "answered", "expected"),
    [("", "application/json", b"[3.0, 7.0]"), ("*/*", "application/json", b"[3.0, 7.0]"), ("text/csv", "text/csv", b"3.0\n7.0\n")],
)
def test_a_script_without_functions_of_its_own_gets_the_defaults(
    tmp_path: Path, body: bytes, content_type: str, accept: str, answered: str, expected: bytes
) -> None:
    response = ask(artifact(tmp_path), body, content_type, accept)
    assert (response.content_type, response.body) == (answered, expected)


def test_answers_come_as_arrays_too(tmp_path: Path) -> None:
    response = ask(artifact(tmp_path), b"[[1, 2]]", accept="application/x-npy")
    assert isinstance(response.body, bytes)
    assert np.load(io.BytesIO(response.body)).tolist() == [3.0]


def test_the_format_can_be_set_for_callers_who_want_none(tmp_path: Path) -> None:
    assert ask(artifact(tmp_path), b"[[1, 2]]", SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/csv").body == b"3.0\n"


def test_a_single_row_is_no_table_to_the_defaults_as_on_sagemaker(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="axis 1 is out of bounds"):
        ask(artifact(tmp_path), b"1,2\n", "text/csv")


def test_a_script_may_do_everything_in_one_function(tmp_path: Path) -> None:
    transform = "def transform_fn(model, body, content_type, accept):\n    return f'{model} {body}', 'text/plain'\n"
    script = f"def model_fn(folder):\n    return 'm'\n{transform}"
    response = ask(artifact(tmp_path, script), b"1", "text/csv")
    assert (response.body, response.content_type) == (b"m 1", "text/plain")


def test_a_script_may_import_what_lies_beside_it(tmp_path: Path) -> None:
    beside, loading, rest = SUMS.partition("def model_fn")
    folder = artifact(tmp_path, f"from beside_the_script import Sums\n{loading}{rest}")
    (folder / "code" / "beside_the_script.py").write_text(beside)
    assert ask(folder, b"[[1, 2]]").body == b"[3.0]"


@pytest.mark.parametrize(
    ("content_type", "accept", "status"),
    [("image/png", "", 415), ("text/csv; charset=utf-8", "", 415), ("application/json", "image/png", 406)],
)
def test_formats_that_the_defaults_do_not_know_are_refused(tmp_path: Path, content_type: str, accept: str, status: int) -> None:
    with pytest.raises(Rejected, match="is not supported by this framework") as caught:
        ask(artifact(tmp_path), b"[[1, 2]]", content_type, accept)
    assert caught.value.status == status


def test_pickles_of_callers_are_never_loaded(tmp_path: Path) -> None:
    target = io.BytesIO()
    np.save(target, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        ask(artifact(tmp_path), target.getvalue(), "application/x-npy")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"SAGEMAKER_PROGRAM": ""}, "must be told its script by SAGEMAKER_PROGRAM"),
        ({"SAGEMAKER_PROGRAM": "other.py"}, "holds no script code/other.py"),
        ({"SAGEMAKER_SUBMIT_DIRECTORY": "s3://bucket/code.tar.gz"}, "must be a folder of /opt/ml/model, got 's3:"),
        ({"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model"}, "holds no script"),
    ],
)
def test_a_script_must_be_there(tmp_path: Path, environment: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(artifact(tmp_path), **environment)


def test_a_script_must_load_its_model_itself(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must have a model_fn"):
        load(artifact(tmp_path, "x = 1\n"))


def test_a_script_does_one_thing_or_the_other(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Cannot use transform_fn"):
        load(artifact(tmp_path, SUMS + "transform_fn = predict_fn = print\n"))
