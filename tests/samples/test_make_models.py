"""The shipped models are those that the trainers train."""

import json
import time
from pathlib import Path

import joblib
import numpy as np
import onnxruntime
import pytest
import xgboost
from safetensors.numpy import load as load_tensors

from samples.make_models import churn, digits, language_model, tenants, wine
from samples.make_models.__main__ import TARGET, inputs, main, models, readme

MODELS = TARGET / "models"
MAX_BYTES = 100 * 1024


@pytest.fixture(scope="module")
def trained() -> dict[str, dict[str, bytes]]:
    started = time.process_time()
    made = models()
    assert time.process_time() - started < 10
    return made


def test_exactly_these_files_are_shipped(trained: dict[str, dict[str, bytes]]) -> None:
    shipped = {path.relative_to(MODELS).as_posix() for path in MODELS.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert shipped == {f"{folder}/{name}" for folder, files in trained.items() for name in files} | {"README.md"}
    assert {path.name: size for path in MODELS.rglob("*") if path.is_file() and (size := path.stat().st_size) > MAX_BYTES} == {}


def test_the_xgboost_model_is_the_one_that_is_trained() -> None:
    _, held_out = churn.customers()
    shipped = xgboost.Booster(model_file=bytearray((MODELS / "churn" / "xgboost-model").read_bytes()))
    rows = xgboost.DMatrix(held_out.rows)
    assert shipped.predict(rows) == pytest.approx(churn.train().predict(rows), abs=1e-4)


def test_the_scikit_learn_model_is_the_one_that_is_trained(trained: dict[str, dict[str, bytes]]) -> None:
    _, rows, _, _ = wine.wines()
    shipped = joblib.load(MODELS / "wine" / "model.joblib")
    assert shipped.predict_proba(rows) == pytest.approx(wine.train().predict_proba(rows), abs=1e-4)
    assert (MODELS / "wine" / "code" / "inference.py").read_bytes() == trained["wine"]["code/inference.py"]


def test_the_onnx_model_is_the_one_that_is_trained() -> None:
    _, rows, _, _ = digits.digits()
    session = onnxruntime.InferenceSession(MODELS / "digits" / "digits" / "1" / "model.onnx")
    assert np.abs(session.run(None, {"points": rows})[0] - digits.probabilities(digits.train(), rows)).max() < 0.01


def test_the_language_model_and_its_adapters_are_those_that_are_trained(trained: dict[str, dict[str, bytes]]) -> None:
    asked = language_model.held_out("plain")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    given = {"prompt": asked.prompts, "recent": asked.recents}
    found = [
        onnxruntime.InferenceSession(content, options).run(None, given)[0]
        for content in ((MODELS / "support-replies" / "model.onnx").read_bytes(), trained["support-replies"]["model.onnx"])
    ]
    assert (found[0].argmax(axis=1) == found[1].argmax(axis=1)).mean() > 0.99
    for style in language_model.STYLES:
        name = f"support-replies-{style}"
        shipped = load_tensors((MODELS / name / "adapter_model.safetensors").read_bytes())
        again = load_tensors(trained[name]["adapter_model.safetensors"])
        assert {key: tensor.shape for key, tensor in shipped.items()} == {key: tensor.shape for key, tensor in again.items()}
    for name in ("vocabulary.txt", "config.json"):
        assert (MODELS / "support-replies" / name).read_bytes() == trained["support-replies"][name]


def test_what_is_computed_by_onnx_is_what_was_trained() -> None:
    asked = language_model.held_out("brief")
    weights = language_model.train()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(language_model.graph(weights), options)
    factors = language_model.train_adapter("brief")
    for given in ({}, factors):
        logits = session.run(None, {"prompt": asked.prompts, "recent": asked.recents, **given})[0]
        own = language_model._forward({**weights, **given}, asked.prompts, asked.recents)[3]
        assert np.abs(np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)) - own).max() < 1e-3


def test_every_model_is_better_than_guessing() -> None:
    assert float(churn.quality(churn.train())["area under the ROC curve"].split()[0]) > 0.75
    assert float(wine.quality(wine.train())["accuracy"].split()[0]) > 0.9
    assert float(digits.quality(digits.train())["accuracy"].split()[0]) > 0.9
    weights = language_model.train()
    for style in language_model.STYLES:
        adapted = {**weights, **language_model.train_adapter(style)}
        assert language_model.perplexity(adapted, style) < language_model.perplexity(weights, style)


def test_the_shipped_inputs_are_those_that_are_written() -> None:
    for name, text in inputs().items():
        assert (TARGET / name).read_text() == text, name
    assert json.loads((TARGET / "llm-inference" / "chat.json").read_text())["messages"][0]["role"] == "user"


def test_the_description_tells_the_quality_of_the_models() -> None:
    shipped = (MODELS / "README.md").read_text()
    assert [line.split("|")[1] for line in shipped.splitlines() if line.startswith("| `")] == [
        line.split("|")[1] for line in readme().splitlines() if line.startswith("| `")
    ]


def test_everything_is_written_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samples.make_models.__main__.models", lambda: {"m": {"a/b.txt": b"x"}})
    monkeypatch.setattr("samples.make_models.__main__.inputs", lambda: {"t/c d.csv": "1\n"})
    monkeypatch.setattr("samples.make_models.__main__.readme", lambda: "r")
    main(tmp_path)
    found = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"models/m/a/b.txt": "x", "models/README.md": "r", "t/c d.csv": "1\n"}


def test_a_hundred_tenants_have_models_that_answer_differently() -> None:
    rows = xgboost.DMatrix(np.array([[float(field) for field in line.split(",")] for line in tenants.csv_rows().splitlines()]))
    answers = {}
    for name, content in tenants.models(100):
        answers[name] = xgboost.Booster(model_file=bytearray(content)).predict(rows)[0]
    assert len(answers) == 100
    assert {name: int(sold // 100) for name, sold in answers.items()} == {tenants.tenant(number): number for number in range(100)}


def test_a_tenant_has_the_same_model_every_time() -> None:
    assert tenants.model(7) == tenants.model(7)
