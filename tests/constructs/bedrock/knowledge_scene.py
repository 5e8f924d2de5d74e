"""A stack in which many variants stand side by side, synthesised once."""

import itertools
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from constructs import IConstruct

from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.knowledge_base import KnowledgeBase
from ml_constructs.bedrock.s3_vector_store import S3VectorStore
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.foundation import DataKey

FLAGS = json.loads((Path(__file__).parents[3] / "cdk.json").read_text())["context"]


class KnowledgeScene:
    """Define everything first, then look at it."""

    def __init__(self, name: str = "Stack") -> None:
        context = {**FLAGS, "@aws-cdk/core:failSynthOnValidationErrors": False}
        self.app = cdk.App(context=context, analytics_reporting=False)
        self.stack = cdk.Stack(self.app, name)
        self.key = DataKey(self.stack, "Key")
        self.embedding = Embedding()
        self._ids = (f"Variant{number}" for number in itertools.count())

    def new_id(self) -> str:
        return next(self._ids)

    @cached_property
    def bucket(self) -> s3.Bucket:
        return s3.Bucket(self.stack, "Bucket", encryption_key=self.key, encryption=s3.BucketEncryption.KMS)

    @cached_property
    def store(self) -> S3VectorStore:
        return S3VectorStore(self.stack, "Store", key=self.key, embedding=self.embedding)

    def base(self, store: VectorStore | None = None, **arguments: Any) -> KnowledgeBase:
        store = self.store if store is None else store
        return KnowledgeBase(self.stack, self.new_id(), **{"store": store, "embedding": store.embedding, "key": self.key, **arguments})

    @cached_property
    def template(self) -> dict[str, Any]:
        return dict(Template.from_stack(self.stack).to_json())

    def resource(self, construct: IConstruct) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.template["Resources"][self.logical_id(construct)]
        return found

    def properties(self, construct: IConstruct) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.resource(construct)["Properties"]
        return found

    def logical_id(self, construct: IConstruct) -> str:
        resource = construct if cdk.CfnElement.is_cfn_element(construct) else construct.node.default_child
        return str(self.stack.get_logical_id(resource))

    def statements(self, role: IConstruct) -> list[dict[str, Any]]:
        """What the role's own policies say."""
        logical_id = self.logical_id(role)
        return [
            statement
            for resource in self.template["Resources"].values()
            if resource["Type"] == "AWS::IAM::Policy" and {"Ref": logical_id} in resource["Properties"]["Roles"]
            for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        ]

    def allowed(self, role: IConstruct, action: str) -> list[Any]:
        """The resources that ``role`` may do ``action`` on."""
        return [
            resource
            for statement in self.statements(role)
            if action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        ]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
