"""Endpoints of both kinds, defined once and looked at by many tests."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from constructs import Construct, IConstruct

from ml_constructs.foundation import DataKey, HandlerDefaults, SecureBucket
from ml_constructs.foundation.roles import service_role
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.capacity.instance_pool import InstancePool
from ml_constructs.sagemaker.inference.capacity.provisioned_concurrency import ProvisionedConcurrency
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.deployments.deployment import AllAtOnce
from ml_constructs.sagemaker.inference.deployments.shadow import ShadowVariant
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Canary
from ml_constructs.sagemaker.inference.endpoints.data_capture import DataCapture
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_alarms import ROLLBACK, EndpointThresholds, watch_endpoint
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.endpoints.real_time_endpoint import RealTimeEndpoint
from ml_constructs.sagemaker.inference.endpoints.serverless_alarms import ServerlessThresholds, watch_serverless
from ml_constructs.sagemaker.inference.endpoints.serverless_endpoint import ServerlessEndpoint
from ml_constructs.sagemaker.inference.models.artifacts import TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model

ROOT = Path(__file__).parents[5]
CPU = Hosting(instance_type="ml.m5.large")
GUID = {"Fn::Select": [0, {"Fn::Split": ["-", {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}]}]}


def new_app() -> cdk.App:
    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    context = {**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
    return cdk.App(outdir=tempfile.mkdtemp(), context=context, analytics_reporting=False)


def model_of(scope: Construct, construct_id: str, image: FrameworkImage | None = None, **options: Any) -> Model:
    """A model of one container, whose files lie in a bucket that stands already."""
    bucket = s3.Bucket.from_bucket_name(scope, f"{construct_id}Files", "models")
    artifact = TarArtifact(bucket, "model.tar.gz")
    return Model(scope, construct_id, containers=[Container(image or FrameworkImage("xgboost"), artifact)], **options)


class Scene:
    """A stack with an endpoint for each thing that there is to see."""

    def __init__(self) -> None:
        self.app = new_app()
        self.stack = cdk.Stack(self.app, "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
        self.key = DataKey(self.stack, "Key")
        self.defaults = HandlerDefaults(key=self.key)
        self.bucket = SecureBucket(self.stack, "Bucket", key=self.key, access_logs=None)
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        self.plain = self._real_time("Plain", hosting=CPU, scaling=Scaling(target=600))
        self.full = self._full()
        self.gpu = self._gpu()
        self.single = self._real_time(
            "Single", hosting=CPU, scaling=Scaling(target=600, min_instances=1, max_instances=1, allow_single=True)
        )
        self.serverless = ServerlessEndpoint(
            self.stack, "Serverless", model=model_of(self.stack, "ServerlessModel", network_isolation=False), defaults=self.defaults
        )
        self.warm = self._warm()
        self.caller = service_role(self.stack, "Caller", service="lambda.amazonaws.com")
        self.plain.grant_invoke(self.caller)

    def _real_time(self, name: str, *, model: Model | None = None, **options: Any) -> RealTimeEndpoint:
        return RealTimeEndpoint(
            self.stack, name, model=model or model_of(self.stack, f"{name}Model"), **{"defaults": self.defaults, **options}
        )

    def _full(self) -> RealTimeEndpoint:
        scaling = Scaling(target=4, metric="concurrency", min_instances=3, max_instances=9)
        endpoint = self._real_time(
            "Full",
            hosting=Hosting(
                pools=(InstancePool(instance_type="ml.c5.xlarge", priority=2), InstancePool(instance_type="ml.m5.xlarge", priority=1)),
                volume_gb=64,
                enhanced_metrics=True,
                metric_period=10,
            ),
            scaling=scaling,
            data_capture=DataCapture(bucket=self.bucket),
            deployment=Canary(),
            shadow=ShadowVariant(model=model_of(self.stack, "Challenger"), hosting=CPU),
        )
        watched = watch_endpoint(self.alarms, endpoint=endpoint, thresholds=EndpointThresholds(), scaling=scaling)
        endpoint.roll_back_on(*(watched[name] for name in ROLLBACK))
        return endpoint

    def _gpu(self) -> RealTimeEndpoint:
        model = model_of(self.stack, "GpuModel", FrameworkImage("pytorch", accelerator="gpu"))
        keyless = HandlerDefaults(key=None)
        endpoint = self._real_time(
            "Gpu", model=model, hosting=Hosting(instance_type="ml.g5.xlarge"), scaling=Scaling(target=9), deployment=AllAtOnce()
        )
        self.keyless = self._real_time("Keyless", hosting=CPU, scaling=Scaling(target=9), defaults=keyless)
        return endpoint

    def _warm(self) -> ServerlessEndpoint:
        endpoint = ServerlessEndpoint(
            self.stack,
            "Warm",
            model=model_of(self.stack, "WarmModel", network_isolation=False),
            defaults=self.defaults,
            memory_mb=4096,
            max_concurrency=20,
            provisioned=ProvisionedConcurrency(minimum=2, maximum=10),
        )
        self.serverless_alarms = Alarms(self.stack, "ServerlessAlarms", key=self.key)
        watch_serverless(self.serverless_alarms, endpoint=endpoint, thresholds=ServerlessThresholds())
        return endpoint

    @cached_property
    def template(self) -> Template:
        return Template.from_stack(self.stack)

    @cached_property
    def resources(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.template.to_json()["Resources"]
        return found

    def id_of(self, construct: IConstruct) -> str:
        """The logical id of a resource."""
        child = construct.node.default_child or construct
        return str(self.stack.resolve(child.logical_id))  # type: ignore[attr-defined]

    def resource(self, construct: IConstruct) -> Any:
        return self.resources[self.id_of(construct)]

    def properties(self, construct: IConstruct) -> Any:
        return self.resource(construct)["Properties"]

    def config(self, endpoint: Endpoint) -> Any:
        """The properties of an endpoint's configuration."""
        return self.properties(endpoint.config)

    def variant(self, endpoint: Endpoint) -> Any:
        """The one production variant of an endpoint."""
        (variant,) = self.config(endpoint)["ProductionVariants"]
        return variant

    def below(self, construct: IConstruct, kind: str) -> list[Any]:
        """The resources of a type below a construct."""
        paths = [child for child in construct.node.find_all() if isinstance(child, cdk.CfnResource) and child.cfn_resource_type == kind]
        return [self.resource(child) for child in paths]

    def statements(self, role: iam.IRole) -> list[Any]:
        """What a role may do, by its policies in the template."""
        return [
            statement
            for policy in self.below(role, "AWS::IAM::Policy")
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]


@cache
def scene() -> Scene:
    return Scene()
