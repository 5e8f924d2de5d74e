"""Endpoints of many models, defined once and looked at by many tests."""

from functools import cache, cached_property
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey, HandlerDefaults, SecureBucket, service_role
from ml_constructs.operations import Alarms, Dashboard
from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.front.inference_options import InferenceOptions
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService
from ml_constructs.sagemaker.inference.models.artifacts import PrefixArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.inference.multi_model.multi_model_alarms import MultiModelThresholds, watch_multi_model
from ml_constructs.sagemaker.inference.multi_model.multi_model_endpoint import MultiModelEndpoint
from ml_constructs.sagemaker.inference.multi_model.multi_model_metrics import multi_model_graphs
from ml_constructs.testing import rule_findings
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import new_app

CPU, GPU = Hosting(instance_type="ml.m5.large"), Hosting(instance_type="ml.g5.xlarge")
PACKAGE = "invoke_tenant_model"


class Parts:
    """A stack with a bucket of models."""

    def __init__(self) -> None:
        self.app = new_app()
        self.stack = cdk.Stack(self.app, "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
        self.key = DataKey(self.stack, "Key")
        self.defaults = HandlerDefaults(key=self.key)
        self.bucket = SecureBucket(self.stack, "Models", key=self.key, access_logs=None)

    def model(self, construct_id: str = "Model", image: FrameworkImage | None = None, **options: Any) -> Model:
        artifact = PrefixArtifact(self.bucket, "models/")
        container = Container(image or FrameworkImage("xgboost"), artifact, **{"mode": "MultiModel", **options})
        return Model(self.stack, construct_id, containers=[container])

    def endpoint(self, construct_id: str = "Endpoint", **options: Any) -> MultiModelEndpoint:
        given = {"hosting": CPU, "scaling": Scaling(target=600), "defaults": self.defaults, **options}
        model = given.pop("model", None) or self.model(f"{construct_id}Model")
        return MultiModelEndpoint(self.stack, construct_id, model=model, **given)


class Scene(Parts):
    """One endpoint on processors, watched and asked by a function, and one on GPUs."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = self.endpoint("Plain", targets=["tenants/*/*.tar.gz"])
        image = FrameworkImage("triton", accelerator="gpu")
        self.gpu = self.endpoint("Gpu", model=self.model("GpuModel", image, model_cache=False), hosting=GPU)
        self.anyone = service_role(self.stack, "Anyone", service="lambda.amazonaws.com")
        self.gpu.grant_invoke(self.anyone)
        variables = {"TARGET_PREFIX": "tenants/", "TENANT_CLAIM": "custom:tenant"}
        self.service = InferenceService(
            self.stack,
            "Inference",
            endpoint=self.plain,
            options=InferenceOptions(),
            defaults=self.defaults,
            package=PACKAGE,
            environment=variables,
        )
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        self.watched = watch_multi_model(self.alarms, endpoint=self.plain, service=self.service, thresholds=MultiModelThresholds())
        Dashboard(self.stack, "Dashboard", alarms=self.alarms, graphs=multi_model_graphs(self.plain))
        self.findings = rule_findings(self.app)

    @cached_property
    def template(self) -> dict[str, Any]:
        return dict(Template.from_stack(self.stack).to_json())

    def properties(self, construct: Any) -> Any:
        """The properties of the resource behind a construct."""
        child = construct.node.default_child or construct
        return self.template["Resources"][self.stack.resolve(child.logical_id)]["Properties"]

    def statements(self, role: iam.IRole) -> list[Any]:
        """What a role may do."""
        own = {"Ref": self.stack.resolve(role.node.default_child.logical_id)}  # type: ignore[union-attr]
        policies = [each["Properties"] for each in self.template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
        return [statement for each in policies if own in each["Roles"] for statement in each["PolicyDocument"]["Statement"]]


@cache
def scene() -> Scene:
    return Scene()
