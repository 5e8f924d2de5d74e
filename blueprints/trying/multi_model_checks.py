"""What a deployed endpoint of many models must do with those of a hundred tenants, shown step by step."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from blueprints.trying.answers import bearer
from blueprints.trying.checks import Check, Step, tried
from blueprints.trying.guarded_role import DENIED, answering, same_rights
from blueprints.trying.members import Members
from blueprints.trying.predictions import Predictions, Reply
from blueprints.trying.reviews import reachable
from blueprints.trying.sample_models import alike
from blueprints.trying.tenant_models import CONTENT_TYPE, TenantModel
from blueprints.trying.trial import Session

STACK = "multi-model-inference"
SALES, NEXT, PRIVATE = "sales", "sales.2", "forecast"
"""The model that every tenant has, the one that takes its place for one of them, and one that another alone has."""
TRICKS = ("..%2F{other}%2F{model}", "{other}%2F{model}", "..%2F..%2F{other}%2F{model}", "%2E%2E", "..%252F{other}%252F{model}")
UNKNOWN = "There is no such model."
"""What the function says of a model that SageMaker doesn't find."""
METRICS_SECONDS = 30


class Demonstration:
    """Uploads the models, has each tenant ask its own, and tries to reach those of others.

    Args:
        session: The deployment.
        models: Of the tenants.
        rows: What is asked.
    """

    def __init__(self, session: Session, models: Sequence[TenantModel], rows: str) -> None:
        self._session, self._models, self._rows = session, models, rows
        self._members = Members(session.aws, session.outputs["UserPoolId"])
        self._known: dict[str | None, Predictions] = {}
        self._put = self._reached = 0
        self.replies: list[tuple[TenantModel, Reply]] = []
        self.checks: list[Check] = []
        self.told: Mapping[str, float] = {}

    def run(self) -> None:
        """Goes through all steps."""
        steps: Sequence[Step] = (
            (f"Models of {len(self._models)} tenants are uploaded", self._upload),
            ("Each tenant asks its own model", self._each),
            ("Those asked first ask again", self._again),
            ("A tenant tries to reach another's model", self._others),
            ("A user without a tenant asks", self._no_tenant),
            ("The role asks for what is no tenant's", self._role),
            ("A model is replaced by one with a new name", self._replaced),
            ("Models are loaded and unloaded", self._loaded),
        )
        self.checks = tried(steps, self._session.steps)

    def ask_all(self) -> bool:
        """Uploads the models and has each tenant ask its own; returns whether all were answered."""
        for model in self._models:
            self._store(model, model.tenant, SALES)
        self.replies = [(model, self._ask(model.tenant, SALES)) for model in self._models]
        return all(reply.status == 200 for _, reply in self.replies)

    def _upload(self, check: Check) -> None:
        for model in self._models:
            self._store(model, model.tenant, SALES)
        self._store(self._models[2], self._models[2].tenant, PRIVATE)
        size = len(self._models[0].archive())
        check.seen = f"{self._put} archives of about {size / 1000:.0f} KB below {self._session.outputs['ModelsPrefix']}"

    def _each(self, check: Check) -> None:
        for model in self._models:
            reply = self._ask(model.tenant, SALES)
            self.replies.append((model, reply))
            self._must_answer(check, reply, model)
        right = sum(alike(reply.text, model.answers(self._rows)) for model, reply in self.replies)
        different = len({reply.text for _, reply in self.replies})
        check.must(different == len(self._models), f"no two models must answer alike, got {different} different answers")
        check.seen = f"{right} of {len(self._models)} answers are those of the tenant's own model, run directly"

    def _again(self, check: Check) -> None:
        first, last = self._models[0], self._models[-1]
        replies = {model.tenant: self._ask(model.tenant, SALES) for model in (first, last)}
        for model in (first, last):
            self._must_answer(check, replies[model.tenant], model)
        check.seen = f"{first.tenant} after {replies[first.tenant].seconds} s, {last.tenant} after {replies[last.tenant].seconds} s"

    def _others(self, check: Check) -> None:
        own, other = self._models[1], self._models[2]
        allowed = self._ask(other.tenant, PRIVATE)
        self._must_answer(check, allowed, other)
        refused = [
            self._ask(own.tenant, PRIVATE),
            *(self._ask(own.tenant, trick.format(other=other.tenant, model=PRIVATE)) for trick in TRICKS),
        ]
        for reply in refused:
            check.must(400 <= reply.status < 500, f"another tenant's model must be out of reach, got {reply.status} {reply.text}")
        check.must(refused[0].status == 404, f"a model that the tenant doesn't have must be refused with 404, got {refused[0].status}")
        wanted = f"tenants/{other.tenant}/{SALES}.tar.gz"
        headers = {"X-Amzn-SageMaker-Target-Model": wanted, "X-Tenant": other.tenant, "X-Custom-Tenant": other.tenant}
        told = self._ask(own.tenant, f"{SALES}/predictions?TargetModel={wanted}&tenant={other.tenant}", headers=headers, whole=True)
        self._must_answer(check, told, own)
        statuses = ", ".join(sorted({str(reply.status) for reply in refused}))
        check.seen = f"{len(refused)} paths refused ({statuses}); headers and queries changed nothing"

    def _no_tenant(self, check: Check) -> None:
        reply = self._ask(None, SALES)
        nobody = Predictions().ask(self._address(SALES), self._rows.encode(), CONTENT_TYPE)
        check.seen = f"{reply.status} for a user of no tenant, {nobody.status} for somebody who isn't signed in"
        check.must(reply.status == 403, f"a user of no tenant must be refused with 403, got {reply.status} {reply.text}")
        check.must(nobody.status == 401, f"somebody who isn't signed in must be refused with 401, got {nobody.status} {nobody.text}")

    def _role(self, check: Check) -> None:
        function = answering(self._session.aws, STACK, variable="TENANT_CLAIM")
        endpoint, tenant = self._session.outputs["EndpointName"], self._models[1].tenant
        with same_rights(self._session.aws, function.role, service="sagemaker-runtime") as runtime:
            outside = refusal(runtime, endpoint, f"shared/{SALES}.tar.gz", self._rows)
            inside = refusal(runtime, endpoint, f"tenants/{tenant}/{SALES}.tar.gz", self._rows)
        self._reached += inside is None
        check.seen = f"for a model outside of tenants/ {outside or 'answered'}, for one inside {inside or 'answered'}"
        check.must(outside == DENIED, f"a model outside of tenants/ must end in {DENIED}, got {outside or 'an answer'}")
        check.must(inside is None, f"a tenant's model must be answered, got {inside}")

    def _replaced(self, check: Check) -> None:
        own, better = self._models[1], self._models[3]
        before = self._ask(own.tenant, NEXT)
        self._store(better, own.tenant, NEXT)
        after, old = self._ask(own.tenant, NEXT), self._ask(own.tenant, SALES)
        check.must(before.status == 404, f"a model that isn't there yet must be refused with 404, got {before.status} {before.text}")
        self._must_answer(check, after, better)
        self._must_answer(check, old, own)
        check.seen = f"{before.status} before it was uploaded, answered {after.seconds} s after; the old one still answers"

    def _loaded(self, check: Check) -> None:
        self.told = told = self._metrics()
        loads, unloads, most = told["ModelLoadingTime"], told["ModelUnloadingTime"], told["LoadedModelCount"]
        check.must(loads > len(self._models), f"more than {len(self._models)} loads must be told, got {loads:g}")
        check.must(unloads > 0, f"models must be unloaded for others, got {unloads:g}")
        check.must(most < len(self._models), f"fewer than {len(self._models)} models must be loaded at once, got {most:g}")
        check.must(loads - unloads <= most, f"what is loaded and not unloaded must be {most:g} at most, got {loads - unloads:g}")
        fetched = told["ModelDownloadingTime"]
        check.must(fetched == self._put, f"each of {self._put} archives must be fetched once, got {fetched:g}")
        check.seen = (
            f"{fetched:g} fetched, {loads:g} loaded, {unloads:g} unloaded; {most:g} at most at once, {told['ModelCacheHit']:g} hits"
        )

    def _must_answer(self, check: Check, reply: Reply, model: TenantModel) -> None:
        expected = model.answers(self._rows)
        check.must(
            reply.status == 200 and alike(reply.text, expected),
            f"{model.tenant} must be answered {expected}, got {reply.status} {reply.text}",
        )

    def _store(self, model: TenantModel, tenant: str, name: str) -> None:
        outputs = self._session.outputs
        key = f"{outputs['ModelsPrefix']}{tenant}/{name}.tar.gz"
        self._session.aws.client("s3").put_object(Bucket=outputs["ModelsBucketName"], Key=key, Body=model.archive())
        self._put += 1

    def _ask(self, tenant: str | None, model: str, *, headers: Mapping[str, str] | None = None, whole: bool = False) -> Reply:
        if tenant not in self._known:
            self._known[tenant] = Predictions(bearer(self._members.token(tenant)))
        url = self._address("{model}").replace("{model}/predictions", model) if whole else self._address(model)
        reply = self._known[tenant].ask(url, self._rows.encode(), CONTENT_TYPE, {"Accept": CONTENT_TYPE, **(headers or {})})
        self._reached += reply.status == 200 or reply.message == UNKNOWN
        return reply

    def _address(self, model: str) -> str:
        found = reachable(self._session.aws.endpoint_url, self._session.outputs["PredictionsUrl"])
        return found.replace("{model}", model).replace("%7Bmodel%7D", model)

    def _metrics(self) -> Mapping[str, float]:
        """What SageMaker has told CloudWatch, once it has told of every request that reached it."""
        deadline = time.monotonic() + METRICS_SECONDS
        while True:
            hits, asked = self._statistic("ModelCacheHit", "Sum"), self._statistic("ModelCacheHit", "SampleCount")
            counts = {
                name: self._statistic(name, "SampleCount") for name in ("ModelLoadingTime", "ModelUnloadingTime", "ModelDownloadingTime")
            }
            most = self._statistic("LoadedModelCount", "Maximum", "/aws/sagemaker/Endpoints")
            if asked >= self._reached or time.monotonic() > deadline:
                return {"ModelCacheHit": hits, "LoadedModelCount": most, **counts}
            time.sleep(0.5)

    def _statistic(self, metric: str, statistic: str, namespace: str = "AWS/SageMaker") -> float:
        now = datetime.now(UTC)
        dimensions = [
            {"Name": "EndpointName", "Value": self._session.outputs["EndpointName"]},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ]
        found: Any = self._session.aws.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=7200,
            Statistics=[statistic],
        )
        values = [point[statistic] for point in found["Datapoints"]]
        return float((max if statistic == "Maximum" else sum)(values)) if values else 0.0


def refusal(runtime: Any, endpoint: str, target: str, rows: str) -> str | None:
    """Asks an endpoint for one of its models; returns the code of the error, if there is one."""
    try:
        runtime.invoke_endpoint(EndpointName=endpoint, TargetModel=target, ContentType=CONTENT_TYPE, Body=rows.encode())
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None
