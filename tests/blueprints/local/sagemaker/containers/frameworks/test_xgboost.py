"""XGBoost answers as SageMaker's own container does."""

import json
from http import HTTPStatus
from pathlib import Path

import numpy as np
import pytest
import xgboost as library

from blueprints.local.sagemaker.containers.frameworks import xgboost
from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Settings

ROWS = b"9,59.9,5.9,0,0,10,10,1\n11,29.9,15.2,0,0,2,0,3\n"


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "samples" / "models" / "churn"


@pytest.fixture(scope="module")
def expected(folder: Path) -> list[float]:
    booster = library.Booster(model_file=bytearray((folder / "xgboost-model").read_bytes()))
    scores: list[float] = booster.predict(library.DMatrix(np.genfromtxt(ROWS.decode().splitlines(), delimiter=","))).tolist()
    return scores


def answer(folder: Path, body: bytes = ROWS, content_type: str = "text/csv", accept: str = "", **settings: object) -> tuple[str, str]:
    model = xgboost.load(folder, Settings(**settings))  # type: ignore[arg-type]
    response = model.answer(Request(body, content_type, accept))
    assert isinstance(response.body, bytes)
    return response.content_type, response.body.decode()


def test_each_row_gets_a_line(folder: Path, expected: list[float]) -> None:
    assert answer(folder) == ("text/csv", f"{expected[0]}\n{expected[1]}\n")


@pytest.mark.parametrize("accept", ["application/json", "APPLICATION/JSON; charset=utf-8"])
def test_json_names_each_score(accept: str, folder: Path, expected: list[float]) -> None:
    content_type, body = answer(folder, accept=accept)
    assert (content_type, json.loads(body)) == ("application/json", {"predictions": [{"score": score} for score in expected]})


def test_the_format_can_be_set_for_callers_who_want_none(folder: Path) -> None:
    content_type, _ = answer(folder, accept="*/*", environment={"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/json"})
    assert content_type == "application/json"


def test_one_of_many_models_answers_a_list_or_a_line(folder: Path, expected: list[float]) -> None:
    assert answer(folder, multi_model=True) == ("application/json", json.dumps(expected))
    assert answer(folder, accept="text/csv", multi_model=True) == ("text/csv", ",".join(map(str, expected)))


def test_a_batch_gets_a_line_for_each_row_whatever_it_accepts(folder: Path, expected: list[float]) -> None:
    for accept in ("text/csv", "application/json"):
        _, body = answer(folder, accept=accept, environment={"SAGEMAKER_BATCH": "true"})
        assert body == f"{expected[0]}\n{expected[1]}\n"


@pytest.mark.parametrize("content_type", ["text/libsvm", "text/x-libsvm", ""])
def test_sparse_rows_count_from_one(content_type: str, folder: Path) -> None:
    _, dense = answer(folder, b"9,59.9,,,,,,\n")
    _, sparse = answer(folder, b"0 1:9 2:59.9\n", content_type)
    assert sparse == dense
    assert answer(folder, b"0:9 1:59.9\n", content_type)[1] == dense


@pytest.mark.parametrize("delimiter", [";", "\t", " "])
def test_other_delimiters_are_seen(delimiter: str, folder: Path) -> None:
    assert answer(folder, ROWS.replace(b",", delimiter.encode())) == answer(folder)


def test_models_of_several_classes_answer_a_row_of_scores(tmp_path: Path) -> None:
    rows, classes = np.arange(12).reshape(6, 2), np.array([0, 1, 2, 0, 1, 2])
    booster = library.train({"objective": "multi:softprob", "num_class": 3, "nthread": 1}, library.DMatrix(rows, classes), 1)
    (tmp_path / "xgboost-model").write_bytes(booster.save_raw("ubj"))
    _, body = answer(tmp_path, b"0,1\n2,3\n")
    assert [len(line.split(",")) for line in body.splitlines()] == [3, 3]


def test_several_models_answer_their_mean_unless_told_otherwise(folder: Path, expected: list[float], tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes((folder / "xgboost-model").read_bytes())
    booster = library.train({"nthread": 1, "base_score": 0.0}, library.DMatrix(np.zeros((2, 8)), np.zeros(2)), 1)
    (tmp_path / "b").write_bytes(booster.save_raw("json"))
    _, mean = answer(tmp_path)
    assert [float(line) for line in mean.splitlines()] == pytest.approx([score / 2 for score in expected])
    _, first = answer(tmp_path, environment={"SAGEMAKER_INFERENCE_ENSEMBLE": "false"})
    assert [float(line) for line in first.splitlines()] == pytest.approx(expected)


def test_nothing_is_answered_with_nothing(folder: Path) -> None:
    response = xgboost.load(folder, Settings()).answer(Request(b""))
    assert (response.status, response.body) == (HTTPStatus.NO_CONTENT, b"")


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "message"),
    [
        (b"9,many\n", "text/csv", "", 415, "could not convert string to float"),
        (b"1,2\n1\n", "text/csv", "", 415, "inhomogeneous"),
        (b"\xff\xfe", "text/csv", "", 415, "Loading text/csv data failed"),
        (b"9 5", "text/libsvm", "", 415, "no index:value"),
        (b"{}", "application/json", "", 415, "application/json is not an accepted ContentType"),
        (b"1," * 20 + b"1", "text/csv", "", 400, "Unable to evaluate payload provided"),
        (ROWS, "text/csv", "image/png", 406, "Accept type image/png is not supported"),
    ],
)
def test_bad_input_is_refused_with_a_reason(folder: Path, body: bytes, content_type: str, accept: str, status: int, message: str) -> None:
    with pytest.raises(Rejected, match=message) as caught:
        answer(folder, body, content_type, accept)
    assert caught.value.status == status


def test_one_of_many_models_refuses_formats_with_another_status(folder: Path) -> None:
    with pytest.raises(Rejected) as caught:
        answer(folder, accept="image/png", multi_model=True)
    assert caught.value.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def test_a_body_may_have_six_megabytes_unless_more_are_set(folder: Path) -> None:
    with pytest.raises(Rejected, match="6291456 bytes at most") as caught:
        answer(folder, b"1" * (6 * 1024**2 + 1))
    assert caught.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    with pytest.raises(Rejected, match="10 bytes at most"):
        answer(folder, environment={"MAX_CONTENT_LENGTH": "10"})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no file"),
        ({"xgboost-model": b"\x80\x04."}, "saved as JSON or UBJSON"),
        ({"xgboost-model": b'{"a": 1}'}, "xgboost-model"),
    ],
)
def test_what_xgboost_did_not_save_is_no_model(files: dict[str, bytes], message: str, tmp_path: Path) -> None:
    for name, content in {".DS_Store": b"", **files}.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        xgboost.load(tmp_path, Settings())
