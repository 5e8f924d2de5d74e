"""All constructs around batch transform in one stack, defined once and looked at by many tests."""

import json
import tempfile
from collections.abc import Sequence
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
from ml_constructs.sagemaker.inference.models.artifacts import Artifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.inference.transform.batch_transform import BatchTransform
from ml_constructs.sagemaker.inference.transform.transform_alarms import TransformThresholds, transform_graphs, watch_transform
from ml_constructs.sagemaker.inference.transform.transform_intake import TransformIntake
from ml_constructs.sagemaker.inference.transform.transform_options import TransformLimits, TransformOptions, TransformRuns
from ml_constructs.sagemaker.inference.transform.transform_places import TransformPlaces
from ml_constructs.sagemaker.inference.transform.transform_records import TransformJoin, TransformRecords
from ml_constructs.sagemaker.inference.transform.transform_schedule import DailyPrefix
from ml_constructs.sagemaker.inference.transform.transform_store import TransformStore
from ml_constructs.testing import rule_findings

ROOT = Path(__file__).parents[5]
TAGS = {"deployment": "one", "owner": "platform"}


@dataclass
class Scene:
    """A state machine that runs transform jobs, what feeds it, and what cleans up after it."""

    options: TransformOptions = field(default_factory=TransformOptions)
    daily: Sequence[DailyPrefix] = ()
    retention: cdk.Duration | None = field(default_factory=lambda: cdk.Duration.days(30))
    hours: float = 24
    image: FrameworkImage = field(default_factory=lambda: FrameworkImage("xgboost"))

    def __post_init__(self) -> None:
        flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context = {**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
        self.app = cdk.App(outdir=tempfile.mkdtemp(), context=context, analytics_reporting=False)
        self.stack = cdk.Stack(self.app, "Stack")
        self.key = DataKey(self.stack, "Key")
        self.defaults = HandlerDefaults(key=self.key)
        logs = AccessLogBucket(self.stack, "AccessLogs", retention=cdk.Duration.days(90))
        self.store = TransformStore(self.stack, "Store", key=self.key, access_logs=logs, retention=self.retention)
        self.places = TransformPlaces(inputs=self.store.inputs, results=self.store.results)
        self.model = a_model(self.stack, image=self.image)
        self.intake = TransformIntake(self.stack, "Intake", store=self.store, places=self.places)
        self.transform = BatchTransform(
            self.stack,
            "Transform",
            model=self.model,
            store=self.store,
            places=self.places,
            options=self.options,
            failed=self.intake.failed,
            defaults=self.defaults,
            tags=TAGS,
        )
        self.plan = self.intake.start(self.transform, daily=self.daily, defaults=self.defaults)
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        watch_transform(
            self.alarms, transform=self.transform, store=self.store, thresholds=TransformThresholds(instance_hours_per_day=self.hours)
        )
        self.intake.watch(self.alarms)
        graphs = {**self.intake.graphs, **transform_graphs(self.transform, self.store)}
        Dashboard(self.stack, "Dashboard", alarms=self.alarms, graphs=graphs)

    @cached_property
    def resources(self) -> dict[str, Any]:
        found: dict[str, Any] = Template.from_stack(self.stack).to_json()["Resources"]
        return found

    @property
    def findings(self) -> dict[str, list[str]]:
        """What rule packs find; of a scene whose template nobody has looked at."""
        return rule_findings(self.app)

    @property
    def definition(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.properties(self.transform.workflow.machine)["DefinitionString"])
        return found

    @property
    def job(self) -> dict[str, Any]:
        """What the state machine asks SageMaker for."""
        found: dict[str, Any] = self.definition["States"]["Transform"]["Arguments"]
        return found

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
        return [each for found in self.statements(role) if action in listed(found["Action"]) for each in listed(found["Resource"])]

    def environment(self, function: Any) -> dict[str, Any]:
        """What a function is told, without what all are."""
        variables = self.properties(function)["Environment"]["Variables"]
        return {name: value for name, value in variables.items() if not name.startswith("POWERTOOLS")}

    def alarm(self, name: str) -> dict[str, Any]:
        """The properties of an alarm."""
        return self.properties(next(alarm for alarm in self.alarms.alarms if alarm.node.id == name))

    def of_type(self, resource_type: str) -> list[dict[str, Any]]:
        """The properties of all resources of a type."""
        return [each["Properties"] for each in self.resources.values() if each["Type"] == resource_type]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def a_model(stack: cdk.Stack, construct_id: str = "Model", artifact: Artifact | None = None, image: FrameworkImage | None = None) -> Model:
    """A model, with XGBoost where nothing else is said."""
    bucket = s3.Bucket.from_bucket_name(stack, f"{construct_id}Files", "models")
    container = Container(image or FrameworkImage("xgboost"), artifact or TarArtifact(bucket, "model.tar.gz"))
    return Model(stack, construct_id, containers=[container])


@cache
def scene() -> Scene:
    """With everything left as it is."""
    return Scene()


@cache
def busy() -> Scene:
    """Many instances with local disks, every option, and requests that come every day."""
    return Scene(
        options=TransformOptions(
            records=TransformRecords(content_type="application/jsonlines", accept="text/csv", strategy="SingleRecord", concurrency=4),
            join=TransformJoin(input_filter="$.features", output_filter="$['id','SageMakerOutput']", joined=True),
            limits=TransformLimits(max_objects=50, max_bytes=10_000, max_records=99),
            runs=TransformRuns(instance_type="ml.g5.xlarge", max_instances=8, job_hours=2, tries=3, max_concurrent=5, wait_hours=1),
        ),
        daily=(DailyPrefix(prefix="data/{date}/", hour=4, minute=30, time_zone="Europe/Berlin"), DailyPrefix(prefix="data/all/", hour=0)),
        retention=None,
        hours=7.5,
        image=FrameworkImage("pytorch", accelerator="gpu"),
    )
