"""Reads a synthesised template: resources, their names, and what refers to what."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "REGION", "AWS::AccountId": "ACCOUNT", "AWS::URLSuffix": "amazonaws.com"}
NAMES = {"AWS::SageMaker::Endpoint": "EndpointName", "AWS::SageMaker::InferenceComponent": "InferenceComponentName"}
LEAVES = ("Resource", "Default")
HASH = re.compile(r"[0-9A-F]{8}$")
CONTENT_HASH = re.compile(r"(?<=[A-Za-z])(?=[0-9a-f]*[0-9])[0-9a-f]{8,10}$")


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of a template, with its construct path below the stack."""

    id: str
    type: str
    path: tuple[str, ...]
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties as they stand in the template."""
        properties: Mapping[str, Any] = self.body.get("Properties", {})
        return properties

    @property
    def name(self) -> str:
        """The construct path as people write it."""
        return "/".join(self.path)

    @property
    def lasting_name(self) -> str:
        """The same without the hash by which an id follows a content."""
        return CONTENT_HASH.sub("", self.name)

    @property
    def group(self) -> str:
        """The construct right below the stack that defines the resource."""
        return self.path[0]

    @property
    def is_framework(self) -> bool:
        """True for what the CDK adds to serve a custom resource."""
        text = "/".join(self.path)
        return "Custom::" in text or "CustomResourceProvider" in text or bool(re.match(r"\w*Handler[0-9a-f]{32}", text))


class Template:
    """A synthesised CloudFormation template."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Every resource by its logical id, in the order of the template."""
        return {name: Resource(name, body["Type"], _path(name, body), body) for name, body in self.body.get("Resources", {}).items()}

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs by name."""
        outputs: Mapping[str, Any] = self.body.get("Outputs", {})
        return outputs

    def of_type(self, *types: str) -> list[Resource]:
        """Returns the resources of the given types."""
        return [resource for resource in self.resources.values() if resource.type in types]

    def references(self, value: Any) -> list[str]:
        """Returns the logical ids of the resources that a value refers to, by reference or by the name of a state machine."""
        found = [name for name in _references(value) if name in self.resources]
        text = json.dumps(value) if self._machines else ""
        named = [machine for name, machine in self._machines.items() if name in text]
        told = self._texts(value) if self._named_later else ""
        named += [resource for name, resource in self._named_later.items() if name in told]
        return list(dict.fromkeys([*found, *named]))

    def text(self, value: Any) -> str:
        """Returns a value as people read it: references by construct path, joins joined."""
        match value:
            case {"Fn::Join": [separator, parts]}:
                return self._standing(str(separator).join(self._raw(part) for part in parts))
            case {"Fn::Sub": str(pattern)} | {"Fn::Sub": [str(pattern), _]}:
                return re.sub(r"\$\{([\w:.]+)\}", lambda match: self._named(match.group(1).split(".")[0]), pattern)
            case {"Fn::FindInMap": [str(name), *_]}:
                return name
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                return self._named(name)
            case {"Fn::GetAtt": str(name)}:
                return self._named(name.split(".")[0])
            case str() | int() | float():
                return str(value)
            case _:
                return json.dumps(value, sort_keys=True)

    def _raw(self, value: Any) -> str:
        """A value as text, with names as the resources bear them."""
        match value:
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self._raw(part) for part in parts)
            case _:
                return self.text(value)

    def _texts(self, value: Any) -> str:
        """Everything that a value joins, one after the other."""
        match value:
            case {"Fn::Join": _}:
                return self._raw(value)
            case Mapping():
                return " ".join(self._texts(inner) for inner in value.values())
            case list():
                return " ".join(self._texts(inner) for inner in value)
            case _:
                return str(value)

    def _standing(self, text: str) -> str:
        """The text with what it names by construct path: a state machine by its ARN, an endpoint of SageMaker by its name."""
        found = [machine for name, machine in self._machines.items() if text.endswith(name.removesuffix('"'))]
        if found:
            return self.resources[found[0]].name
        for name, resource in self._named_later.items():
            text = text.replace(name, "/".join(dict.fromkeys(self.resources[resource].path)))
        return text

    @cached_property
    def _named_later(self) -> dict[str, str]:
        """What is referred to by names that are put together at deployment, by these names."""
        named = {resource.id: resource.properties.get(NAMES[resource.type]) for resource in self.of_type(*NAMES)}
        return {self._raw(name): resource for resource, name in named.items() if isinstance(name, Mapping)}

    @cached_property
    def _machines(self) -> dict[str, str]:
        """State machines by their names: what is granted before they exist names them."""
        named = {machine.id: machine.properties.get("StateMachineName") for machine in self.of_type("AWS::StepFunctions::StateMachine")}
        return {f':{name}"': machine for machine, name in named.items() if isinstance(name, str)}

    def _named(self, name: str) -> str:
        resource = self.resources.get(name)
        return resource.lasting_name if resource else PSEUDO.get(name, name)


def _path(name: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    path = body.get("Metadata", {}).get("aws:cdk:path")
    if path is None:
        return (HASH.sub("", name),)
    parts = path.split("/")[1:]
    return tuple(parts[:-1] if len(parts) > 1 and parts[-1] in LEAVES else parts or [name])


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0] if isinstance(inner, list) else inner.split(".")[0]
            elif key == "Fn::Sub":
                yield from _substituted(inner)
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _substituted(value: Any) -> Iterator[str]:
    pattern, values = (value, {}) if isinstance(value, str) else value
    yield from (name.split(".")[0] for name in re.findall(r"\$\{([\w:.]+)\}", pattern))
    yield from _references(values)
