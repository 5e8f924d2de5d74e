from datetime import datetime
from typing import Any

import pytest

from benchmarks import many_models
from benchmarks.many_models import Endpoint
from blueprints.trying.predictions import Reply
from blueprints.trying.tenant_models import TenantModel

OUTPUTS = {
    "EndpointName": "endpoint",
    "ModelsBucketName": "bucket",
    "ModelsPrefix": "tenants/",
    "PredictionsUrl": "https://api.execute-api.us-east-1.amazonaws.com/v1/models/{model}/predictions",
    "UserPoolId": "pool",
}


class FakeContainer:
    """Holds two models, and counts as SageMaker's metrics do."""

    def __init__(self) -> None:
        self.counted = {"ModelCacheHit": 0, "ModelDownloadingTime": 0, "ModelLoadingTime": 0, "ModelUnloadingTime": 0}
        self.known: set[str] = set()
        self.loaded: list[str] = []
        self.asked: list[str] = []

    def ask(self, model: str) -> str:
        self.asked.append(model)
        self.counted["ModelCacheHit"] += 1
        if model in self.loaded:
            self.loaded.remove(model)
        else:
            self.counted["ModelLoadingTime"] += 1
            self.counted["ModelDownloadingTime"] += model not in self.known
            self.known.add(model)
            if len(self.loaded) == 2:
                self.loaded.pop(0)
                self.counted["ModelUnloadingTime"] += 1
        self.loaded.append(model)
        return "HTTP 200"


class FakeAws:
    """CloudWatch and S3 of the embedded AWS."""

    endpoint_url = "http://127.0.0.1:1"

    def __init__(self, container: FakeContainer) -> None:
        self.container = container
        self.stored: dict[str, bytes] = {}

    def client(self, service: str) -> Any:
        assert service in {"cloudwatch", "s3"}
        return self

    def get_metric_statistics(self, **asked: Any) -> dict[str, Any]:
        assert asked["Namespace"] == "AWS/SageMaker"
        assert {each["Name"]: each["Value"] for each in asked["Dimensions"]} == {"EndpointName": "endpoint", "VariantName": "AllTraffic"}
        assert asked["StartTime"] < datetime.now(asked["StartTime"].tzinfo) < asked["EndTime"]
        count = self.container.counted[asked["MetricName"]]
        return {"Datapoints": [{"SampleCount": float(count)}] if count else []}

    def put_object(self, **sent: Any) -> None:
        self.stored[f"{sent['Bucket']}/{sent['Key']}"] = sent["Body"]


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> FakeContainer:
    container = FakeContainer()

    class FakeMembers:
        def __init__(self, aws: Any, pool: str) -> None:
            assert pool == "pool"

        def token(self, tenant: str) -> str:
            return f"token of {tenant}"

    class FakePredictions:
        def __init__(self, authorise: Any) -> None:
            assert authorise is not None

        def ask(self, url: str, body: bytes, content_type: str, headers: Any) -> Reply:
            assert (body, content_type) == (b"1,2", "text/csv")
            assert url.startswith("http://127.0.0.1:1/_aws/execute-api/api/v1/models/")
            container.ask(url.split("/")[-2])
            return Reply(200, content_type, b"0.5", 0.1)

    monkeypatch.setattr(many_models, "Members", FakeMembers)
    monkeypatch.setattr(many_models, "Predictions", FakePredictions)
    monkeypatch.setattr(many_models, "rows", lambda: "1,2")
    monkeypatch.setattr(many_models, "models", lambda count: [TenantModel(f"t{number}", b"%d" % number) for number in range(count)])
    return container


def test_models_are_uploaded_each_under_a_name_of_its_own(container: FakeContainer) -> None:
    aws = FakeAws(container)
    Endpoint(aws, OUTPUTS).store([TenantModel("a", b"1"), TenantModel("b", b"2")])  # type: ignore[arg-type]
    assert list(aws.stored) == ["bucket/tenants/benchmark/m000.tar.gz", "bucket/tenants/benchmark/m001.tar.gz"]
    assert len(set(aws.stored.values())) == 2


def test_each_turn_tells_what_happened_in_it_alone(container: FakeContainer) -> None:
    rows = many_models.turns(FakeAws(container), OUTPUTS, 4)  # type: ignore[arg-type]
    assert [row[0] for row in rows] == ["each, for the first time", "each, in the same order again", "the last one only"]
    assert [row[6:] for row in rows] == [(3, 3, 2, "4 HTTP 200"), (0, 4, 4, "4 HTTP 200"), (0, 0, 0, "4 HTTP 200")]
    assert {len(row) for row in rows} == {len(many_models.HEADER)}


def test_models_are_asked_one_after_another_after_one_to_warm_up(container: FakeContainer) -> None:
    many_models.turns(FakeAws(container), OUTPUTS, 3)  # type: ignore[arg-type]
    assert container.asked == ["m000", *["m000", "m001", "m002"] * 2, *["m002"] * 3]


def test_metrics_that_never_come_are_waited_for_no_longer_than_said(container: FakeContainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_models, "METRICS_SECONDS", 0)
    assert Endpoint(FakeAws(container), OUTPUTS).told(5) == {"Fetched": 0, "Loaded": 0, "Unloaded": 0}  # type: ignore[arg-type]
