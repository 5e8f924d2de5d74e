"""Reads a state machine's definition out of a template."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.docs.template import Resource, Template


@dataclass(frozen=True)
class Definition:
    """A state machine: its states, and what stands in them by placeholder."""

    template: Template
    body: Mapping[str, Any]
    placeholders: Mapping[str, Any]

    @property
    def calls(self) -> list[Resource]:
        """What the Tasks call, in the order of the states."""
        tasks = [state for state in walk(self.body) if state["Type"] == "Task"]
        return list(dict.fromkeys(resource for state in tasks for resource in self.called_by(state)))

    def called_by(self, state: Mapping[str, Any]) -> list[Resource]:
        """The resources that a Task calls."""
        arguments = state.get("Arguments", state.get("Parameters", {}))
        text = json.dumps([state["Resource"], arguments.get("FunctionName") if isinstance(arguments, Mapping) else None])
        found = [value for name, value in self.placeholders.items() if name in text]
        return [self.template.resources[name] for name in self.template.references(found)]

    def text(self, value: str) -> str:
        """Returns a string of the definition with its placeholders resolved."""
        for name, part in self.placeholders.items():
            value = value.replace(name, self.template.text(part))
        return value


def definition(template: Template, machine: Resource) -> Definition:
    """Returns the definition of a state machine; references in it become placeholders, substitutions are placeholders already."""
    source = machine.properties.get("DefinitionString", machine.properties.get("Definition"))
    substitutions = machine.properties.get("DefinitionSubstitutions", {})
    placeholders = {f"${{{name}}}": value for name, value in substitutions.items()}
    if isinstance(source, Mapping) and "Fn::Join" in source:
        source = "".join(part if isinstance(part, str) else _placeholder(part, placeholders) for part in source["Fn::Join"][1])
    body = json.loads(source) if isinstance(source, str) else source
    return Definition(template, body, placeholders)


def walk(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yields the states in the order of the definition, those inside Map and Parallel states after these."""
    for name, state in body["States"].items():
        yield {"Name": name, **state}
        for inner in inner_machines(state):
            yield from walk(inner)


def inner_machines(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Returns the state machines that run inside a Map or Parallel state."""
    single = [state[key] for key in ("ItemProcessor", "Iterator") if key in state]
    return single + list(state.get("Branches", []))


def transitions(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns where a state leads, with the condition or the kind of error."""
    ways = [(choice["Next"], condition(choice)) for choice in state.get("Choices", [])]
    ways += [(state[key], "otherwise" if key == "Default" else "") for key in ("Default", "Next") if key in state]
    return ways + [(catch["Next"], "error") for catch in state.get("Catch", [])]


def condition(choice: Mapping[str, Any]) -> str:
    """Returns a Choice rule in a few words."""
    if "Condition" in choice:
        return re.sub(r"\$(?:\w+\.)*(\w+)", r"\1", str(choice["Condition"]).strip("{}% ")).replace("'", "")
    for word in ("And", "Or"):
        if word in choice:
            return f" {word.lower()} ".join(condition(part) for part in choice[word])
    if "Not" in choice:
        return f"not {condition(choice['Not'])}"
    return _comparison(choice)


def _comparison(choice: Mapping[str, Any]) -> str:
    operator, value = next((key, value) for key, value in choice.items() if key not in ("Variable", "Next", "Comment", "Assign"))
    variable = choice["Variable"].split(".")[-1]
    if operator == "IsPresent":
        return f"{variable} {'is there' if value else 'is missing'}"
    sign = {"Equals": "=", "GreaterThan": ">", "GreaterThanEquals": "≥", "LessThan": "<", "LessThanEquals": "≤"}
    words = next(
        (text for key, text in sorted(sign.items(), key=lambda item: -len(item[0])) if operator.endswith((key, key + "Path"))), operator
    )
    shown = str(value).lower() if isinstance(value, bool) else value
    return f"{variable} {words} {shown}"


def _placeholder(part: Any, placeholders: dict[str, Any]) -> str:
    for name, known in placeholders.items():
        if known == part:
            return name
    name = f"<<{len(placeholders)}>>"
    placeholders[name] = part
    return name
