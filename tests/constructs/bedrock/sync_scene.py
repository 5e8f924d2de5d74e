"""The constructs that keep a knowledge base in step, defined once and looked at by many tests."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from ml_constructs.bedrock.knowledge_sync import KnowledgeSync
from ml_constructs.bedrock.sync_options import SyncOptions
from ml_constructs.foundation import AccessLogBucket, DataKey, HandlerDefaults, SecureBucket
from ml_constructs.operations import Alarms

ROOT = Path(__file__).parents[3]
SOURCES = {"Documents": "DOCUMENTS1", "Website": "WEBSITE123"}


class Base:
    """A knowledge base that stands somewhere."""

    knowledge_base_id = "KNOWLEDGE1"
    knowledge_base_arn = "arn:aws:bedrock:eu-west-1:111122223333:knowledge-base/KNOWLEDGE1"


class SyncScene:
    """Everything that a knowledge base is kept in step with, in a stack of its own."""

    def __init__(self, options: SyncOptions) -> None:
        flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context = {**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}
        self.app = cdk.App(outdir=tempfile.mkdtemp(), context=context, analytics_reporting=False)
        self.stack = cdk.Stack(self.app, "Stack")
        self.key = DataKey(self.stack, "Key")
        logs = AccessLogBucket(self.stack, "AccessLogs", retention=cdk.Duration.days(90))
        self.bucket = SecureBucket(self.stack, "Documents", key=self.key, access_logs=logs, event_bridge=True)
        self.sync = KnowledgeSync(
            self.stack,
            "Sync",
            knowledge_base=Base(),
            sources=SOURCES,
            bucket=self.bucket,
            options=options,
            defaults=HandlerDefaults(key=self.key),
        )
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        self.sync.watch(self.alarms)

    @cached_property
    def template(self) -> Template:
        return Template.from_stack(self.stack)

    @cached_property
    def resources(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.template.to_json()["Resources"]
        return found

    def resolve(self, value: Any) -> Any:
        return self.stack.resolve(value)

    def logical_id(self, construct: Any) -> str:
        element = construct if isinstance(construct, cdk.CfnElement) else construct.node.default_child
        found: str = self.resolve(element.logical_id)
        return found

    def resource(self, construct: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.resources[self.logical_id(construct)]
        return found

    def properties(self, construct: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.resource(construct)["Properties"]
        return found

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [resource["Properties"] for resource in self.resources.values() if resource["Type"] == kind]

    def statements(self, role: Any) -> list[dict[str, Any]]:
        """What a role may do in its own policies."""
        own = {"Ref": self.logical_id(role)}
        policies = [policy for policy in self.of_type("AWS::IAM::Policy") if own in policy["Roles"]]
        return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    def allowed(self, role: Any) -> dict[str, Any]:
        """The resources of a role's actions, a list where there are several, without those of keys, logs and traces."""
        found: dict[str, Any] = {}
        for statement in self.statements(role):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            found |= {action: statement["Resource"] for action in actions if action.split(":")[0] not in ("kms", "logs", "xray")}
        return found

    def arns(self, *queues: Any) -> list[Any]:
        """The ARNs of queues, in the order of a policy."""
        return sorted((self.resolve(queue.queue_arn) for queue in queues), key=str)

    def queue_policy(self, queue: Any) -> list[dict[str, Any]]:
        own = {"Ref": self.logical_id(queue)}
        (found,) = (policy["PolicyDocument"]["Statement"] for policy in self.of_type("AWS::SQS::QueuePolicy") if own in policy["Queues"])
        return list(found)

    def environment(self, function: Any) -> dict[str, Any]:
        variables = self.properties(function)["Environment"]["Variables"]
        return {name: value for name, value in variables.items() if not name.startswith("POWERTOOLS")}

    def alarm(self, name: str) -> dict[str, Any]:
        return self.properties(next(alarm for alarm in self.alarms.alarms if alarm.node.id == name))


@cache
def with_tenants() -> SyncScene:
    """Documents belong to tenants."""
    return SyncScene(SyncOptions(tenant_attribute="tenant", debounce_seconds=30, schedule_hours=6, poll_seconds=20, timeout_hours=3))


@cache
def plain() -> SyncScene:
    """Documents belong to nobody; changes are taken in at once, and without a change nothing is."""
    return SyncScene(SyncOptions(debounce_seconds=0, schedule_hours=0))
