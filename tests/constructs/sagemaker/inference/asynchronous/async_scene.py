"""All constructs around an asynchronous endpoint in one stack, defined once and looked at by many tests."""

import json
import tempfile
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from ml_constructs.foundation import AccessLogBucket, DataKey, HandlerDefaults
from ml_constructs.operations import Alarms, Dashboard
from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.asynchronous.async_alarms import AsyncThresholds, async_graphs, watch_async
from ml_constructs.sagemaker.inference.asynchronous.async_endpoint import CONCURRENCY, AsyncEndpoint
from ml_constructs.sagemaker.inference.asynchronous.async_intake import InferenceIntake
from ml_constructs.sagemaker.inference.asynchronous.async_notices import InferenceNotices
from ml_constructs.sagemaker.inference.asynchronous.async_options import AsyncRequests, AsyncScaling
from ml_constructs.sagemaker.inference.asynchronous.async_outcomes import InferenceOutcomes
from ml_constructs.sagemaker.inference.asynchronous.async_places import AsyncPlaces
from ml_constructs.sagemaker.inference.asynchronous.async_store import InferenceStore
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.artifacts import TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.testing import rule_findings

ROOT = Path(__file__).parents[5]


@dataclass
class Scene:
    """An endpoint, what feeds it, and what records its answers."""

    scaling: AsyncScaling = field(default_factory=AsyncScaling)
    hosting: Hosting = field(default_factory=lambda: Hosting(instance_type="ml.m6i.large"))
    requests: AsyncRequests = field(default_factory=AsyncRequests)
    concurrency: int | None = CONCURRENCY
    containers: int = 1

    def __post_init__(self) -> None:
        flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context = {**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
        self.app = cdk.App(outdir=tempfile.mkdtemp(), context=context, analytics_reporting=False)
        self.stack = cdk.Stack(self.app, "Stack")
        self.key = DataKey(self.stack, "Key")
        self.defaults = HandlerDefaults(key=self.key)
        logs = AccessLogBucket(self.stack, "AccessLogs", retention=cdk.Duration.days(90))
        self.store = InferenceStore(self.stack, "Store", key=self.key, access_logs=logs, retention=cdk.Duration.days(30))
        self.notices = InferenceNotices(self.stack, "Notices", key=self.key)
        self.places = AsyncPlaces(inputs=self.store.inputs, results=self.store.results, prefix=self.requests.prefix)
        self.endpoint = AsyncEndpoint(
            self.stack,
            "Endpoint",
            model=self._model(),
            hosting=self.hosting,
            scaling=self.scaling,
            places=self.places,
            notices=self.notices,
            defaults=self.defaults,
            concurrency=self.concurrency,
        )
        self.intake = InferenceIntake(self.stack, "Intake", store=self.store, requests=self.requests, key=self.key)
        self.submit = self.intake.start(self.endpoint, defaults=self.defaults)
        self.outcomes = InferenceOutcomes(
            self.stack,
            "Outcomes",
            notices=self.notices,
            store=self.store,
            requests=self.requests,
            failed=self.intake.failed,
            defaults=self.defaults,
        )
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        watch_async(self.alarms, endpoint=self.endpoint, thresholds=AsyncThresholds())
        self.intake.watch(self.alarms)
        self.outcomes.watch(self.alarms)
        graphs = {**async_graphs(self.endpoint), **self.intake.graphs, **self.outcomes.graphs}
        Dashboard(self.stack, "Dashboard", alarms=self.alarms, graphs=graphs)

    def _model(self) -> Model:
        bucket = s3.Bucket.from_bucket_name(self.stack, "Models", "models")
        artifact = TarArtifact(bucket, "model.tar.gz")
        container = Container(image=FrameworkImage("xgboost"), artifact=artifact)
        return Model(self.stack, "Model", containers=[container] * self.containers)

    @cached_property
    def template(self) -> Template:
        return Template.from_stack(self.stack)

    @cached_property
    def resources(self) -> dict[str, Any]:
        found: dict[str, Any] = self.template.to_json()["Resources"]
        return found

    @property
    def findings(self) -> dict[str, list[str]]:
        """What rule packs find; of a scene whose template nobody has looked at."""
        return rule_findings(self.app)

    def logical_id(self, construct: Any) -> str:
        element = construct if isinstance(construct, cdk.CfnElement) else construct.node.default_child
        found: str = self.stack.resolve(element.logical_id)
        return found

    def properties(self, construct: Any) -> dict[str, Any]:
        """The properties of the resource of a construct."""
        found: dict[str, Any] = self.resources[self.logical_id(construct)]["Properties"]
        return found

    def statements(self, role: Any) -> list[dict[str, Any]]:
        """What a role may do by policies in its own name."""
        policies = [resource["Properties"] for resource in self.resources.values() if resource["Type"] == "AWS::IAM::Policy"]
        own = [policy for policy in policies if {"Ref": self.logical_id(role)} in policy["Roles"]]
        return [statement for policy in own for statement in policy["PolicyDocument"]["Statement"]]

    def allowed(self, role: Any, action: str) -> list[Any]:
        """The resources that a role may do something with."""
        return [each for found in self.statements(role) if action in _listed(found["Action"]) for each in _listed(found["Resource"])]

    def environment(self, function: Any) -> dict[str, Any]:
        """What a function is told, without what all are."""
        variables = self.properties(function)["Environment"]["Variables"]
        return {name: value for name, value in variables.items() if not name.startswith("POWERTOOLS")}

    def alarm(self, name: str) -> dict[str, Any]:
        """The properties of an alarm."""
        return self.properties(next(alarm for alarm in self.alarms.alarms if alarm.node.id == name))

    def one(self, resource_type: str, **matching: Any) -> dict[str, Any]:
        """The properties of the only resource of a type, or the one that has some."""
        found = [each["Properties"] for each in self.resources.values() if each["Type"] == resource_type]
        (only,) = [each for each in found if matching.items() <= each.items()]
        properties: dict[str, Any] = only
        return properties


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def scene() -> Scene:
    """With everything left as it is."""
    return Scene()


@cache
def steady() -> Scene:
    """Instances that are always there, all of them."""
    return Scene(
        scaling=AsyncScaling(min_instances=2, max_instances=2),
        hosting=Hosting(instance_type="ml.m6i.large", metric_period=10),
        requests=AsyncRequests(accept="application/json", content_types={".json": "application/json"}, prefix="in/"),
        concurrency=None,
    )
