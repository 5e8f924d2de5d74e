import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
import yaml

from benchmarks import deployments, inference, many_models
from blueprints.trying.predictions import Predictions, Reply
from stacks.settings import load

OUTPUTS = {"EndpointName": "endpoint", "PredictionsUrl": "https://api.execute-api.us-east-1.amazonaws.com/v1/predictions"}


class FakeAws:
    endpoint_url = "http://127.0.0.1:1"
    environment = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}

    def __init__(self, home: Path) -> None:
        assert home.is_dir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def client(self, service: str) -> Any:
        assert service == "sagemaker-runtime"
        return self

    def invoke_endpoint(self, **asked: Any) -> dict[str, Any]:
        assert (asked["EndpointName"], asked["Body"]) == ("endpoint", inference.ROWS.read_bytes())
        return {"Body": io.BytesIO(b"0.5"), "ResponseMetadata": {"HTTPStatusCode": 200}}


class FakeContainer:
    def __init__(self, framework: str, model: Path) -> None:
        assert framework == "xgboost"
        assert model.is_dir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def invoke(self, body: bytes, content_type: str, accept: str) -> Any:
        assert (body, content_type, accept) == (inference.ROWS.read_bytes(), "text/csv", "text/csv")
        return SimpleNamespace(status=200)


def refuses(_: Any, url: str, body: bytes, content_type: str, headers: Any) -> Reply:
    assert url == "http://127.0.0.1:1/_aws/execute-api/api/v1/predictions"
    assert (body, content_type, headers) == (inference.ROWS.read_bytes(), "text/csv", {"Accept": "text/csv"})
    return Reply(429, "application/json", b"{}", 0.1)


@pytest.mark.parametrize(
    "settings", [inference.SETTINGS, inference.settings_of_many()], ids=lambda settings: "".join(settings["deployments"])
)
def test_what_is_deployed_has_settings_that_are_taken(settings: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(dict(settings)), encoding="utf-8")
    (deployment,) = load(file).deployments
    assert (deployment.name, deployment.network) in {("real-time-inference", "none"), ("multi-model-inference", "none")}


def test_the_floor_comes_first_and_others_are_told_beside_it() -> None:
    rows = list(inference.rates({"floor": lambda: "HTTP 200", "other": lambda: "HTTP 500"}, 6))
    assert [row[:3] for row in rows] == [("floor", 1, 6), ("floor", 4, 6), ("other", 1, 6), ("other", 4, 6)]
    assert [row[-2] for row in rows] == ["1.0", "1.0", "0.0", "0.0"]
    assert [row[-1] for row in rows] == ["6 HTTP 200"] * 2 + ["6 HTTP 500"] * 2


def test_each_way_is_warmed_up_before_it_is_measured() -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("asked")
        return "HTTP 200"

    list(inference.rates({"floor": ask}, 5))
    assert len(asked) == 8 + 5 + 5


def test_the_report_holds_both_tables_and_what_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed: list[str] = []

    def deploy(aws: Any, folder: Path, name: str, settings: Any) -> tuple[dict[str, str], float]:
        deployed.append(name)
        assert list(settings["deployments"]) == [name]
        return OUTPUTS, 12.3

    monkeypatch.setattr(inference, "EmbeddedAws", FakeAws)
    monkeypatch.setattr(inference, "Container", FakeContainer)
    monkeypatch.setattr(Predictions, "ask", refuses)
    monkeypatch.setattr(deployments, "deploy", deploy)
    monkeypatch.setattr(many_models, "turns", lambda aws, outputs, count: [("each", *[count] * (len(many_models.HEADER) - 1))])
    text = inference.measure(count=3, models=7)
    assert deployed == ["real-time-inference", "multi-model-inference"]
    assert "XGBoost" in text
    assert "in 12 s with default settings" in text
    assert text.count("3 HTTP 200 |") == 4
    assert text.count("3 HTTP 429 |") == 2
    assert "| each | 7 |" in text
