"""A stack in which many models stand side by side, synthesised once."""

import itertools
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk.assertions import Template
from constructs import IConstruct

from ml_constructs.foundation import DataKey
from ml_constructs.sagemaker.inference.models.artifacts import AssetArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.testing import rule_findings

FLAGS = json.loads((Path(__file__).parents[5] / "cdk.json").read_text())["context"]


class ModelScene:
    """Define everything first, then look at it."""

    def __init__(self, region: str | None = None) -> None:
        context = {**FLAGS, "@aws-cdk/core:failSynthOnValidationErrors": False}
        self.app = cdk.App(context=context, analytics_reporting=False)
        self.stack = cdk.Stack(self.app, "Stack", env=cdk.Environment(region=region))
        self.key = DataKey(self.stack, "Key")
        self.bucket = s3.Bucket(self.stack, "Bucket", encryption_key=self.key, encryption=s3.BucketEncryption.KMS)
        self._ids = (f"Variant{number}" for number in itertools.count())

    @cached_property
    def imported(self) -> s3.IBucket:
        return s3.Bucket.from_bucket_name(self.stack, "Imported", "somebodys-models")

    def asset(self, folder: Path, name: str = "model.tar.gz") -> AssetArtifact:
        (folder / name).write_bytes(b"archive")
        return AssetArtifact(s3_assets.Asset(self.stack, next(self._ids), path=str(folder / name)))

    def role(self) -> iam.Role:
        return iam.Role(self.stack, next(self._ids), assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))

    def model(self, *containers: Container, **arguments: Any) -> Model:
        return Model(self.stack, next(self._ids), containers=containers, **arguments)

    @cached_property
    def unexplained(self) -> dict[str, list[str]]:
        """What the rule packs find, but for the bucket; ask before the template, as an app is synthesised once."""
        assert "template" not in self.__dict__
        found = {rule: [path for path in paths if "/Bucket" not in path] for rule, paths in rule_findings(self.app).items()}
        return {rule: paths for rule, paths in found.items() if paths}

    @cached_property
    def template(self) -> dict[str, Any]:
        return dict(Template.from_stack(self.stack).to_json())

    def logical_id(self, construct: IConstruct) -> str:
        return str(self.stack.get_logical_id(construct.node.default_child or construct))  # type: ignore[arg-type]

    def resource(self, construct: IConstruct) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.template["Resources"][self.logical_id(construct)]
        return found

    def properties(self, construct: IConstruct) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.resource(construct)["Properties"]
        return found

    def policies(self, role: iam.Role) -> dict[str, list[Mapping[str, Any]]]:
        """The statements of a role, by policy."""
        own = {"Ref": self.logical_id(role)}
        resources = self.template["Resources"].items()
        found = {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::IAM::Policy"}
        return {name: each["PolicyDocument"]["Statement"] for name, each in found.items() if own in each["Roles"]}

    def statements(self, role: iam.Role) -> dict[str, Mapping[str, Any]]:
        """The statements of a role by each action that they allow; every action in one of them alone."""
        found: dict[str, Mapping[str, Any]] = {}
        for statement in itertools.chain(*self.policies(role).values()):
            for action in [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]:
                assert action not in found
                found[action] = statement
        return found

    def flat(self, value: Any) -> str:
        """A name with what is known at deployment in braces."""
        match self.stack.resolve(value):
            case str(text):
                return text
            case {"Fn::Join": ["", parts]}:
                return "".join(map(self.flat, parts))
            case {"Fn::Sub": str(text)}:
                return text
            case {"Ref": name}:
                return "{" + str(name).removeprefix("AWS::") + "}"
            case {"Fn::GetAtt": [name, attribute]}:
                return "{" + f"{name}.{attribute}" + "}"
            case {"Fn::FindInMap": [_, _, name]}:
                return "{" + str(name) + "}"
        raise AssertionError(value)
