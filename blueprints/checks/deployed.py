"""Templates as they would stand once deployed: every intrinsic function is replaced by a made-up but consistent value."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

ACCOUNT = "111122223333"
REGION = "us-east-1"

_PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NotificationARNs": [],
}
_ABSENT = object()


def listed(value: Any) -> list[Any]:
    """A value of a template that may stand for a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# The form of an ARN where it is not arn:PARTITION:SERVICE:REGION:ACCOUNT:KIND/NAME.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS = {
    "AWS::ApiGateway::RestApi": "arn:aws:apigateway:{region}::/restapis/{name}",
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::IAM::ManagedPolicy": "arn:aws:iam::{account}:policy/{name}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:{region}:{account}:stateMachine:{name}",
}
# What Ref returns where that is not the name.
_REFS = {
    "AWS::IAM::ManagedPolicy": "{arn}",
    "AWS::SNS::Topic": "{arn}",
    "AWS::SQS::Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    "AWS::StepFunctions::StateMachine": "{arn}",
}
# The property of a name that a template may give.
_NAME_PROPERTIES = (
    "BucketName",
    "FunctionName",
    "LogGroupName",
    "QueueName",
    "RoleName",
    "StageName",
    "StateMachineName",
    "TableName",
    "TopicName",
)
_NAME_ATTRIBUTES = {"Name", "QueueName", "TopicName", "TableName", "RoleName", "KeyId"}
_REF_ATTRIBUTES = {"QueueUrl", "TopicArn", "StateMachineArn"}


@dataclass(frozen=True, eq=False)
class Resource:
    """One deployed resource."""

    stack: str
    logical_id: str
    type: str
    definition: Mapping[str, Any]
    account: "Account"

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
        if name == "Arn":
            return self.arn
        if name in _REF_ATTRIBUTES:
            return self.ref
        return self.name if name in _NAME_ATTRIBUTES else f"{self.name}.{name}"


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
        self._templates = templates
        self._stacks = {
            stack: {
                logical_id: Resource(stack, logical_id, definition["Type"], definition, self)
                for logical_id, definition in template.get("Resources", {}).items()
            }
            for stack, template in templates.items()
        }

    def __iter__(self) -> Iterator[Resource]:
        return (resource for resources in self._stacks.values() for resource in resources.values())

    def of_type(self, *types: str) -> list[Resource]:
        """All resources of the given CloudFormation types."""
        return [resource for resource in self if resource.type in types]

    @cached_property
    def _by_value(self) -> dict[str, Resource]:
        return {value: resource for resource in self for value in (resource.name, resource.ref, resource.arn)}

    def find(self, value: object) -> Resource | None:
        """The resource whose name, ARN or ``Ref`` value this is, if it is one of these templates'."""
        return self._by_value.get(value) if isinstance(value, str) else None

    @cached_property
    def _exports(self) -> dict[str, Any]:
        return {
            self.resolve(stack, output["Export"]["Name"]): self.resolve(stack, output["Value"])
            for stack, template in self._templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def resolve(self, stack: str, value: Any) -> Any:
        """Replaces the intrinsic functions in ``value``, which stands in the template of ``stack``."""
        if isinstance(value, list):
            return [item for item in (self.resolve(stack, item) for item in value) if item is not _ABSENT]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, stack, argument)
        resolved = {key: self.resolve(stack, item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _ABSENT}

    def _ref(self, stack: str, name: str) -> Any:
        if name == "AWS::NoValue":
            return _ABSENT
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        if name == "AWS::Region":
            return self.region
        if name == "AWS::StackName":
            return stack
        if name == "AWS::StackId":
            return f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{stack}/00000000-0000-0000-0000-000000000000"
        parameters = self._templates[stack].get("Parameters", {})
        if name in parameters:
            return self._parameter(name, parameters[name])
        return self._resource(stack, name).ref

    def _parameter(self, name: str, parameter: Mapping[str, Any]) -> Any:
        default = parameter.get("Default", f"parameter-{name}")
        stored = self._stored.get(default) if parameter["Type"].startswith("AWS::SSM::Parameter::Value") else None
        return stored.properties["Value"] if stored else default

    @cached_property
    def _stored(self) -> dict[str, Resource]:
        parameters = self.of_type("AWS::SSM::Parameter")
        return {self.resolve(found.stack, found.definition["Properties"]["Name"]): found for found in parameters}

    def _resource(self, stack: str, logical_id: str) -> Resource:
        if logical_id not in self._stacks[stack]:
            raise ValueError(f"{stack} refers to {logical_id!r}, which it does not define")
        return self._stacks[stack][logical_id]

    def _get_att(self, stack: str, argument: str | list[str]) -> str:
        logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._resource(stack, logical_id).attribute(attribute)

    def _join(self, stack: str, argument: list[Any]) -> str:
        return str(argument[0]).join(str(item) for item in self.resolve(stack, argument[1]))

    def _sub(self, stack: str, argument: str | list[Any]) -> str:
        text, values = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in values:
                return str(self.resolve(stack, values[name]))
            return str(self._get_att(stack, name) if "." in name else self._ref(stack, name))

        return re.sub(r"\$\{([^}]+)\}", replace, text)

    def _select(self, stack: str, argument: list[Any]) -> Any:
        return self.resolve(stack, argument[1])[int(argument[0])]

    def _split(self, stack: str, argument: list[Any]) -> list[str]:
        return str(self.resolve(stack, argument[1])).split(argument[0])

    def _import(self, stack: str, argument: Any) -> Any:
        name = self.resolve(stack, argument)
        if name not in self._exports:
            raise ValueError(f"{stack} imports {name!r}, which no template exports")
        return self._exports[name]

    def _find_in_map(self, stack: str, argument: list[Any]) -> Any:
        mapping, first, second = (self.resolve(stack, item) for item in argument)
        return self._templates[stack]["Mappings"][mapping][first][second]

    def _if(self, stack: str, argument: list[Any]) -> Any:
        name, then, otherwise = argument
        return self.resolve(stack, then if self._holds(stack, self._templates[stack]["Conditions"][name]) else otherwise)

    def _holds(self, stack: str, condition: Mapping[str, Any]) -> bool:
        ((name, argument),) = condition.items()
        match name:
            case "Fn::Equals":
                first, second = self.resolve(stack, argument)
                return bool(first == second)
            case "Fn::Not":
                return not self._holds(stack, argument[0])
            case "Fn::And":
                return all(self._holds(stack, item) for item in argument)
            case "Fn::Or":
                return any(self._holds(stack, item) for item in argument)
        return self._holds(stack, self._templates[stack]["Conditions"][argument])

    def _zones(self, _stack: str, _argument: Any) -> list[str]:
        return [f"{self.region}{letter}" for letter in "abcdef"]

    def _cidr(self, _stack: str, argument: list[Any]) -> list[str]:
        return [f"10.0.{index}.0/24" for index in range(int(argument[1]))]

    def _base64(self, stack: str, argument: Any) -> Any:
        return self.resolve(stack, argument)


_FUNCTIONS: dict[str, Callable[[Account, str, Any], Any]] = {
    "Ref": Account._ref,
    "Fn::GetAtt": Account._get_att,
    "Fn::Join": Account._join,
    "Fn::Sub": Account._sub,
    "Fn::Select": Account._select,
    "Fn::Split": Account._split,
    "Fn::ImportValue": Account._import,
    "Fn::FindInMap": Account._find_in_map,
    "Fn::If": Account._if,
    "Fn::GetAZs": Account._zones,
    "Fn::Cidr": Account._cidr,
    "Fn::Base64": Account._base64,
}
