"""An API and a function in front of an endpoint, defined once and looked at by many tests."""

import json
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.foundation.api_stage import Throttle
from ml_constructs.foundation.usage_plans import ClientPlan
from ml_constructs.operations import Alarms, Dashboard
from ml_constructs.sagemaker.inference.front.inference_alarms import FrontThresholds, watch_front
from ml_constructs.sagemaker.inference.front.inference_api import InferenceApi
from ml_constructs.sagemaker.inference.front.inference_metrics import front_graphs
from ml_constructs.sagemaker.inference.front.inference_options import Access, InferenceOptions, RequestForm
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService
from ml_constructs.testing import rule_findings

ROOT = Path(__file__).parents[5]
ENDPOINT = "stack-endpoint-12345678"
SCHEMA = {"type": "object", "required": ["features"], "properties": {"features": {"type": "array"}}, "additionalProperties": False}
CLIENTS = ("abcdefghijklmnopqrstuvwxyz",)


class StandingEndpoint:
    """An endpoint that is there already."""

    endpoint_name = ENDPOINT

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        arn = f"arn:aws:sagemaker:eu-central-1:111122223333:endpoint/{ENDPOINT}"
        return iam.Grant.add_to_principal(grantee=grantee, actions=["sagemaker:InvokeEndpoint"], resource_arns=[arn])


class Parts:
    """A stack of its own, with what a front needs."""

    def __init__(self) -> None:
        flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context = {**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
        self.app = cdk.App(outdir=tempfile.mkdtemp(), context=context, analytics_reporting=False)
        self.stack = cdk.Stack(self.app, "Stack", env=cdk.Environment(account="111122223333", region="eu-central-1"))
        self.defaults = HandlerDefaults(key=DataKey(self.stack, "Key"))

    def service(self, **options: Any) -> InferenceService:
        endpoint, more = StandingEndpoint(), {name: options.pop(name) for name in ("package", "environment") if name in options}
        return InferenceService(
            self.stack, "Inference", endpoint=endpoint, options=InferenceOptions(**options), defaults=self.defaults, **more
        )

    def api(self, service: InferenceService, **options: Any) -> InferenceApi:
        return InferenceApi(self.stack, "Api", service=service, defaults=self.defaults, **options)

    def everything(self) -> Access:
        return Access(
            users=cognito.UserPool.from_user_pool_id(self.stack, "Users", "eu-central-1_Abcdefghi"),
            allowed_clients=CLIENTS,
            endpoint=ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
                self.stack, "Endpoint", port=443, security_groups=[], vpc_endpoint_id="vpce-0123456789abcdef0"
            ),
            limits=Throttle(requests_per_second=7, burst=9, requests_per_address=500),
            plans={"partners": ClientPlan(clients=("north",))},
        )


@dataclass(eq=False)
class FrontScene:
    """A template, what defined it, and what the rule packs found in it."""

    parts: Parts
    service: InferenceService
    api: InferenceApi

    def __post_init__(self) -> None:
        self.alarms = Alarms(self.parts.stack, "Alarms", key=self.parts.defaults.key)  # type: ignore[arg-type]
        watch_front(self.alarms, service=self.service, api=self.api, thresholds=FrontThresholds())
        Dashboard(self.parts.stack, "Dashboard", alarms=self.alarms, graphs=front_graphs(self.service, self.api))
        self.findings = rule_findings(self.parts.app)

    @cached_property
    def template(self) -> Template:
        return Template.from_stack(self.parts.stack)

    def found(self, kind: str) -> list[Any]:
        """The properties of every resource of a kind."""
        return [each["Properties"] for each in self.template.find_resources(kind).values()]


@cache
def plain() -> FrontScene:
    """For identities of IAM, on the internet."""
    parts = Parts()
    service = parts.service()
    return FrontScene(parts, service, parts.api(service))


@cache
def everything() -> FrontScene:
    """For users of a pool with keys, in a network, with a schema and bytes."""
    parts = Parts()
    service = parts.service(
        content_types=("application/json", "image/png", "application/x-npy"),
        max_request_bytes=4_500_000,
        timeout_seconds=10,
        max_concurrency=50,
        memory_mb=1024,
        environment={"MORE": "told"},
    )
    return FrontScene(parts, service, parts.api(service, access=parts.everything(), form=RequestForm(path="/scores", schema=SCHEMA)))
