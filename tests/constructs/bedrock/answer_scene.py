"""The constructs that answer questions, defined once and looked at by many tests."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from ml_constructs.bedrock.answer_alarms import AnswerThresholds, watch_answers
from ml_constructs.bedrock.answer_api import AnswerApi
from ml_constructs.bedrock.answer_metrics import answer_graphs
from ml_constructs.bedrock.answer_options import AnswerOptions, Generation, Retrieval, Tenancy
from ml_constructs.bedrock.answer_service import AnswerService
from ml_constructs.bedrock.answer_users import AnswerUsers
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.guardrail import Guardrail
from ml_constructs.bedrock.guardrail_policy import GuardrailPolicy
from ml_constructs.bedrock.inference_profile import InferenceProfile
from ml_constructs.bedrock.knowledge_base import KnowledgeBase
from ml_constructs.bedrock.s3_vector_store import S3VectorStore
from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.operations import Alarms, Dashboard
from ml_constructs.testing import rule_findings

ROOT = Path(__file__).parents[3]
MODEL = "eu.amazon.nova-lite-v1:0"
PLAIN = AnswerOptions(generation=Generation(model_id="amazon.nova-micro-v1:0"), sessions=None)
EVERYTHING = AnswerOptions(
    generation=Generation(model_id=MODEL, instructions="Be brief.", prompt_caching=True),
    retrieval=Retrieval(passages=8, rerank_model="amazon.rerank-v1:0", candidates=40),
    cache=cdk.Duration.hours(6),
    tenancy=Tenancy(claim="custom:tenant", attribute="tenant"),
    max_question_characters=2000,
)


def new_app() -> cdk.App:
    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    context = {**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
    return cdk.App(outdir=tempfile.mkdtemp(), context=context, analytics_reporting=False)


class Parts:
    """What answers are made of, in a stack of its own."""

    def __init__(self, policy: GuardrailPolicy | None = None) -> None:
        self.app = new_app()
        self.stack = cdk.Stack(self.app, "Stack", env=cdk.Environment(account="111122223333", region="eu-central-1"))
        self.key = DataKey(self.stack, "Key")
        self.defaults = HandlerDefaults(key=self.key)
        embedding = Embedding()
        store = S3VectorStore(self.stack, "Store", key=self.key, embedding=embedding)
        self.base = KnowledgeBase(self.stack, "Base", store=store, embedding=embedding, key=self.key)
        self.guardrail = Guardrail(self.stack, "Guardrail", policy=policy or GuardrailPolicy(), key=self.key)

    def service(self, options: AnswerOptions, **more: Any) -> AnswerService:
        given = {"knowledge_base": self.base, "guardrail": self.guardrail, "defaults": self.defaults, "model": options.generation.model_id}
        return AnswerService(self.stack, "Answers", options=options, **{**given, **more})

    def profile(self, model_id: str = MODEL) -> InferenceProfile:
        return InferenceProfile(self.stack, "Profile", model_id=model_id)


@dataclass(eq=False)
class AnswerScene:
    """A template, what defined it, and what the rule packs found in it."""

    parts: Parts
    service: AnswerService
    api: AnswerApi
    alarms: Alarms

    def __post_init__(self) -> None:
        self.findings = rule_findings(self.parts.app)

    @cached_property
    def template(self) -> Template:
        return Template.from_stack(self.parts.stack)

    @cached_property
    def resources(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.template.to_json()["Resources"]
        return found

    def logical_id(self, construct: Any) -> str:
        element = construct if isinstance(construct, cdk.CfnElement) else construct.node.default_child
        found: str = self.parts.stack.resolve(element.logical_id)
        return found

    def resource(self, construct: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.resources[self.logical_id(construct)]
        return found

    def properties(self, construct: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.resource(construct)["Properties"]
        return found

    def environment(self, function: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.properties(function)["Environment"]["Variables"]
        return found

    def statements(self, role: Any) -> list[dict[str, Any]]:
        """What a role may and may not do, by its own policies."""
        policies = [resource["Properties"] for resource in self.resources.values() if resource["Type"] == "AWS::IAM::Policy"]
        mine = [policy for policy in policies if {"Ref": self.logical_id(role)} in policy["Roles"]]
        return [statement for policy in mine for statement in policy["PolicyDocument"]["Statement"]]

    def actions(self, role: Any, effect: str = "Allow") -> set[str]:
        """The actions of a role beside those of the key and of its logs."""
        found = [statement["Action"] for statement in self.statements(role) if statement["Effect"] == effect]
        actions = {action for each in found for action in ([each] if isinstance(each, str) else each)}
        return {action for action in actions if not action.startswith(("kms:", "logs:"))}

    def alarm(self, name: str) -> dict[str, Any]:
        return self.properties(next(alarm for alarm in self.alarms.alarms if alarm.node.id == name))


def _scene(parts: Parts, service: AnswerService, **options: Any) -> AnswerScene:
    api = AnswerApi(parts.stack, "Api", service=service, defaults=parts.defaults, **options)
    alarms = Alarms(parts.stack, "Alarms", key=parts.key)
    watch_answers(alarms, service=service, api=api, thresholds=AnswerThresholds())
    Dashboard(parts.stack, "Dashboard", alarms=alarms, graphs=answer_graphs(service, api))
    return AnswerScene(parts, service, api, alarms)


@cache
def everything() -> AnswerScene:
    """Tenants, sessions, a cache, reranking, an application profile and streams, in private."""
    parts = Parts()
    users = AnswerUsers(parts.stack, "Users", tenancy=EVERYTHING.tenancy)
    endpoint = ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
        parts.stack, "Endpoint", port=443, security_groups=[], vpc_endpoint_id="vpce-0123456789abcdef0"
    )
    service = parts.service(EVERYTHING, model=parts.profile(), max_concurrency=5)
    return _scene(parts, service, users=users.pool, endpoint=endpoint)


@cache
def plain() -> AnswerScene:
    """A model by its id, identities of IAM, whole answers, and nothing remembered."""
    parts = Parts()
    return _scene(parts, parts.service(PLAIN, streaming=False))
