"""Templates as they would stand once deployed: every intrinsic function is replaced by a made-up but consistent value."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from blueprints.checks import intrinsics

ACCOUNT = "111122223333"
REGION = "us-east-1"

_PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NotificationARNs": [],
}


def listed(value: Any) -> list[Any]:
    """A value of a template that may stand for a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# The form of an ARN where it is not arn:PARTITION:SERVICE:REGION:ACCOUNT:KIND/NAME.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS = {
    "AWS::ApiGateway::RestApi": "arn:aws:apigateway:{region}::/restapis/{name}",
    "AWS::Bedrock::ApplicationInferenceProfile": "arn:aws:bedrock:{region}:{account}:application-inference-profile/{name}",
    "AWS::Bedrock::KnowledgeBase": "arn:aws:bedrock:{region}:{account}:knowledge-base/{name}",
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::IAM::ManagedPolicy": "arn:aws:iam::{account}:policy/{name}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::OpenSearchServerless::Collection": "arn:aws:aoss:{region}:{account}:collection/{name}",
    "AWS::Cognito::UserPool": "arn:aws:cognito-idp:{region}:{account}:userpool/{name}",
    "AWS::RDS::DBCluster": "arn:aws:rds:{region}:{account}:cluster:{name}",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}",
    "AWS::S3Vectors::Index": "arn:aws:s3vectors:{region}:{account}:bucket/example/index/{name}",
    "AWS::S3Vectors::VectorBucket": "arn:aws:s3vectors:{region}:{account}:bucket/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SageMaker::EndpointConfig": "arn:aws:sagemaker:{region}:{account}:endpoint-config/{name}",
    "AWS::SageMaker::InferenceComponent": "arn:aws:sagemaker:{region}:{account}:inference-component/{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:{region}:{account}:stateMachine:{name}",
}
# What Ref returns where that is not the name.
_REFS = {
    "AWS::Bedrock::ApplicationInferenceProfile": "{arn}",
    "AWS::Bedrock::Guardrail": "{arn}",
    "AWS::IAM::ManagedPolicy": "{arn}",
    "AWS::S3Vectors::Index": "{arn}",
    "AWS::S3Vectors::VectorBucket": "{arn}",
    "AWS::SageMaker::Endpoint": "{arn}",
    "AWS::SageMaker::EndpointConfig": "{arn}",
    "AWS::SageMaker::InferenceComponent": "{arn}",
    "AWS::SageMaker::Model": "{arn}",
    "AWS::SNS::Topic": "{arn}",
    "AWS::SQS::Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    "AWS::SecretsManager::Secret": "{arn}",
    "AWS::StepFunctions::StateMachine": "{arn}",
}
# The attributes that are the ARN under another name.
_ARN_ATTRIBUTES = {"DBClusterArn", "GuardrailArn", "IndexArn", "InferenceProfileArn", "KnowledgeBaseArn", "VectorBucketArn"}
# The property of a name that a template may give.
_NAME_PROPERTIES = (
    "BucketName",
    "EndpointName",
    "FunctionName",
    "InferenceComponentName",
    "LogGroupName",
    "QueueName",
    "RoleName",
    "StageName",
    "StateMachineName",
    "TableName",
    "TopicName",
)
_NAME_ATTRIBUTES = {
    *("EndpointConfigName", "EndpointName", "GuardrailId", "Id", "InferenceComponentName", "KeyId", "KnowledgeBaseId", "ModelName"),
    *("Name", "QueueName", "RoleName", "TableName", "TopicName"),
}
_REF_ATTRIBUTES = {"InferenceComponentArn", "QueueUrl", "StateMachineArn", "TopicArn"}


@dataclass(frozen=True, eq=False)
class Resource:
    """One deployed resource."""

    stack: str
    logical_id: str
    type: str
    definition: Mapping[str, Any]
    account: Account

    @cached_property
    def name(self) -> str:
        """Its physical name or id."""
        own = next((name for name in _NAME_PROPERTIES if self.type.endswith(f"::{name.removesuffix('Name')}")), "")
        given = self.definition.get("Properties", {}).get(own)
        return str(self.account.resolve(self.stack, given)) if given else f"{self.stack}-{self.logical_id}"

    @property
    def arn(self) -> str:
        """Its ARN."""
        _, service, kind = [*self.type.lower().split("::"), "", ""][:3]
        form = _ARNS.get(self.type, f"arn:aws:{service}:{{region}}:{{account}}:{kind}/{{name}}")
        return form.format(region=self.account.region, account=ACCOUNT, name=self.name)

    @property
    def ref(self) -> str:
        """What ``Ref`` returns."""
        return _REFS.get(self.type, "{name}").format(region=self.account.region, account=ACCOUNT, name=self.name, arn=self.arn)

    @cached_property
    def properties(self) -> dict[str, Any]:
        """Its properties, resolved."""
        resolved: dict[str, Any] = self.account.resolve(self.stack, self.definition.get("Properties", {}))
        return resolved

    def attribute(self, name: str) -> str:
        """What ``Fn::GetAtt`` returns."""
        if name == "Arn" or name in _ARN_ATTRIBUTES:
            return self.arn
        if name in _REF_ATTRIBUTES:
            return self.ref
        return self.name if name in _NAME_ATTRIBUTES else f"{self.name}.{name}"


@dataclass(frozen=True, eq=False)
class _Stack:
    """One deployed template."""

    name: str
    template: Mapping[str, Any]
    account: Account

    @property
    def region(self) -> str:
        return self.account.region

    @cached_property
    def resources(self) -> dict[str, Resource]:
        return {
            logical_id: Resource(self.name, logical_id, definition["Type"], definition, self.account)
            for logical_id, definition in self.section("Resources").items()
        }

    def section(self, name: str) -> Mapping[str, Any]:
        section: Mapping[str, Any] = self.template.get(name, {})
        return section

    def reference(self, name: str) -> Any:
        pseudo_parameters = {
            **_PSEUDO_PARAMETERS,
            "AWS::Region": self.region,
            "AWS::StackName": self.name,
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{self.name}/{uuid.uuid5(uuid.NAMESPACE_DNS, self.name)}",
        }
        if name in pseudo_parameters:
            return pseudo_parameters[name]
        if name in self.section("Parameters"):
            return self._parameter(name, self.section("Parameters")[name])
        return self._resource(name).ref

    def attribute(self, logical_id: str, name: str) -> Any:
        return self._resource(logical_id).attribute(name)

    def exported(self, name: str) -> Any:
        if name not in self.account.exports:
            raise ValueError(f"{self.name} imports {name!r}, which no template exports")
        return self.account.exports[name]

    def _parameter(self, name: str, parameter: Mapping[str, Any]) -> Any:
        default = parameter.get("Default", f"parameter-{name}")
        is_stored = parameter["Type"].startswith("AWS::SSM::Parameter::Value")
        return self.account.stored.get(default, default) if is_stored else default

    def _resource(self, logical_id: str) -> Resource:
        if logical_id not in self.resources:
            raise ValueError(f"{self.name} refers to {logical_id!r}, which it does not define")
        return self.resources[logical_id]


class Account:
    """An account into which templates have been deployed together.

    Args:
        templates: CloudFormation templates by stack name; imports are looked up in the exports of the others.
        region: Where they are deployed.

    Raises:
        ValueError: On reading a property with a reference to something that no template defines.
    """

    def __init__(self, templates: Mapping[str, Mapping[str, Any]], region: str = REGION) -> None:
        self.region = region
        self._stacks = {name: _Stack(name, template, self) for name, template in templates.items()}

    def __iter__(self) -> Iterator[Resource]:
        return (resource for stack in self._stacks.values() for resource in stack.resources.values())

    def resolve(self, stack: str, value: Any) -> Any:
        """Replaces the intrinsic functions in ``value``, which stands in the template of ``stack``."""
        return intrinsics.resolve(self._stacks[stack], value)

    def of_type(self, *types: str) -> list[Resource]:
        """All resources of the given CloudFormation types."""
        return [resource for resource in self if resource.type in types]

    def find(self, value: object) -> Resource | None:
        """The resource whose name, ARN or ``Ref`` value this is, if it is one of these templates'."""
        return self._by_value.get(value) if isinstance(value, str) else None

    @cached_property
    def _by_value(self) -> dict[str, Resource]:
        return {value: resource for resource in self for value in (resource.name, resource.ref, resource.arn)}

    @cached_property
    def exports(self) -> dict[str, Any]:
        """What the templates export, by name."""
        return {
            self.resolve(stack.name, output["Export"]["Name"]): self.resolve(stack.name, output["Value"])
            for stack in self._stacks.values()
            for output in stack.section("Outputs").values()
            if "Export" in output
        }

    @cached_property
    def stored(self) -> dict[str, Any]:
        """The values of Systems Manager parameters, by name."""
        parameters = [resource.properties for resource in self.of_type("AWS::SSM::Parameter")]
        return {properties["Name"]: properties["Value"] for properties in parameters}
