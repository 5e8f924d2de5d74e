import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from blueprints.trying import multi_model_checks
from blueprints.trying.multi_model_checks import Demonstration
from blueprints.trying.predictions import Reply
from blueprints.trying.steps import Steps
from blueprints.trying.tenant_models import TenantModel, models, rows
from blueprints.trying.trial import Session

OUTPUTS = {
    "EndpointName": "endpoint",
    "ModelsBucketName": "models",
    "ModelsPrefix": "models/tenants/",
    "PredictionsUrl": "https://abc.execute-api.eu-west-1.amazonaws.com/v1/models/{model}/predictions",
    "UserPoolId": "pool",
}
MODELS = models(5)
CAPACITY = 3


class Deployment:
    """Stands for the API, the endpoint and all clients at once; three models fit into its memory.

    Args:
        wrong: What is done wrong, by the names that the methods ask for.
    """

    endpoint_url = "http://127.0.0.1:4566"

    def __init__(self, *wrong: str) -> None:
        self.wrong = set(wrong)
        self.session = Session(self, OUTPUTS, Steps(Console(quiet=True)))  # type: ignore[arg-type]
        self.stored: dict[str, bytes] = {}
        self.loaded: list[str] = []
        self.counts = dict.fromkeys(("ModelCacheHit", "Requests", "ModelLoadingTime", "ModelUnloadingTime"), 0)
        self.fetched: set[str] = set()

    def ask(self, tenant: str | None, url: str, headers: Any) -> Reply:
        path = unquote(url.partition("/models/")[2].partition("?")[0])
        name = path.rpartition("/")[0]
        if tenant == "":
            return failure(200 if "lets everybody in" in self.wrong else 401, "Unauthorized")
        if tenant is None:
            return failure(200 if "needs no tenant" in self.wrong else 403, "no tenant")
        if "believes headers" in self.wrong and "X-Amzn-SageMaker-Target-Model" in headers:
            return self.answered(headers["X-Amzn-SageMaker-Target-Model"].removeprefix("tenants/"))
        if "/" in name and "leaves the folder" in self.wrong:
            return self.answered(f"{name.removeprefix('../')}.tar.gz")
        if "/" in name or "." in name.replace("sales.2", ""):
            return failure(400, "The name of a model must be letters.")
        return self.answered(f"{tenant}/{name}.tar.gz")

    def answered(self, target: str) -> Reply:
        key = f"models/tenants/{target}"
        self.counts["Requests"] += 1
        if key not in self.stored:
            missing = "answers for missing models" in self.wrong
            return Reply(200, "text/csv", b"1", 0.1) if missing else failure(404, "There is no such model.")
        if key in self.loaded:
            self.loaded.remove(key)
            self.counts["ModelCacheHit"] += 1
        else:
            self.counts["ModelLoadingTime"] += 1
            self.fetched.add(key)
        self.loaded.append(key)
        if len(self.loaded) > CAPACITY and "keeps all models" not in self.wrong:
            self.loaded.pop(0)
            self.counts["ModelUnloadingTime"] += 1
        found = self.stored[key] if "answers with one model" not in self.wrong else next(iter(self.stored.values()))
        return Reply(200, "text/csv", json.dumps(TenantModel("", found).answers(rows())).encode(), 0.1)

    @contextmanager
    def same_rights(self, *_: Any, **__: Any) -> Iterator["Deployment"]:
        yield self

    def invoke_endpoint(self, **given: Any) -> None:
        if not given["TargetModel"].startswith("tenants/") and "role may ask for all" not in self.wrong:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "InvokeEndpoint")
        if given["TargetModel"].startswith("tenants/"):
            self.answered(given["TargetModel"].removeprefix("tenants/"))

    def client(self, service: str) -> "Deployment":
        assert service in ("s3", "cloudwatch")
        return self

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 as boto3 names them
        assert Bucket == "models"
        self.stored[Key] = next(model.content for model in MODELS if model.archive() == Body)

    def get_metric_statistics(self, **given: Any) -> Any:
        name, (statistic,) = given["MetricName"], given["Statistics"]
        assert {each["Value"] for each in given["Dimensions"]} == {"endpoint", "AllTraffic"}
        found = self.counts | {"ModelDownloadingTime": len(self.fetched), "LoadedModelCount": len(self.loaded)}
        value = self.counts["Requests"] if (name, statistic) == ("ModelCacheHit", "SampleCount") else found[name]
        return {"Datapoints": [{statistic: value}] if value and "tells nothing" not in self.wrong else []}


def failure(status: int, message: str) -> Reply:
    return Reply(status, "application/json", json.dumps({"message": message}).encode(), 0.1)


def shown(monkeypatch: pytest.MonkeyPatch, *wrong: str) -> Demonstration:
    deployed = Deployment(*wrong)

    class Caller:
        def __init__(self, tenant: Any = "") -> None:
            self._tenant = tenant

        def ask(self, url: str, body: bytes, content_type: str, headers: Any = None) -> Reply:
            assert (body.decode(), content_type) == (rows(), "text/csv")
            return deployed.ask(self._tenant, url, headers or {})

    monkeypatch.setattr(multi_model_checks, "Members", lambda *_: SimpleNamespace(token=lambda tenant: tenant))
    monkeypatch.setattr(multi_model_checks, "bearer", lambda token: token)
    monkeypatch.setattr(multi_model_checks, "Predictions", Caller)
    monkeypatch.setattr(multi_model_checks, "answering", lambda *_, **__: SimpleNamespace(role="role"))
    monkeypatch.setattr(multi_model_checks, "same_rights", deployed.same_rights)
    monkeypatch.setattr(multi_model_checks, "METRICS_SECONDS", 0)
    return Demonstration(deployed.session, MODELS, rows())


def wrong(monkeypatch: pytest.MonkeyPatch, *what: str) -> set[str]:
    demonstration = shown(monkeypatch, *what)
    demonstration.run()
    return {check.name for check in demonstration.checks if check.wrong}


EACH, AGAIN, OTHERS = "Each tenant asks its own model", "Those asked first ask again", "A tenant tries to reach another's model"
REPLACED, LOADED = "A model is replaced by one with a new name", "Models are loaded and unloaded"


def test_a_deployment_that_does_what_it_should_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    demonstration = shown(monkeypatch)
    demonstration.run()
    assert [(check.name, check.wrong) for check in demonstration.checks if check.wrong] == []
    assert demonstration.checks[-1].seen == "7 fetched, 9 loaded, 6 unloaded; 3 at most at once, 3 hits"
    assert demonstration.checks[1].seen == "5 of 5 answers are those of the tenant's own model, run directly"


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("answers with one model", {EACH, AGAIN, OTHERS, REPLACED}),
        ("believes headers", {OTHERS}),
        ("leaves the folder", {OTHERS}),
        ("answers for missing models", {OTHERS, REPLACED}),
        ("lets everybody in", {"A user without a tenant asks"}),
        ("needs no tenant", {"A user without a tenant asks"}),
        ("role may ask for all", {"The role asks for what is no tenant's"}),
        ("keeps all models", {LOADED}),
        ("tells nothing", {LOADED}),
    ],
)
def test_what_is_done_wrong_is_told_where_it_is(monkeypatch: pytest.MonkeyPatch, what: str, steps: set[str]) -> None:
    assert wrong(monkeypatch, what) == steps


def test_files_are_asked_of_each_tenants_model(monkeypatch: pytest.MonkeyPatch) -> None:
    demonstration = shown(monkeypatch)
    assert demonstration.ask_all()
    assert [(model.tenant, reply.status) for model, reply in demonstration.replies] == [(model.tenant, 200) for model in MODELS]
