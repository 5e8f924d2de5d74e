"""Draws a state machine's states as a Mermaid flowchart."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.docs.asl import Definition, definition, inner_machines, transitions
from blueprints.docs.flow import function_name
from blueprints.docs.template import Resource, Template

SHAPES = {"Choice": ("{", "}"), "Succeed": ("([", "])"), "Fail": ("([", "])"), "Map": ("[[", "]]"), "Parallel": ("[[", "]]")}
FEW = 3


def statechart(template: Template, machine: Resource) -> str:
    """Returns the states of a machine; failures that many states share are drawn once."""
    found = definition(template, machine)
    return "\n".join(["flowchart TD", *_level(found, found.body, "  ")]) + "\n"


def _level(found: Definition, body: Mapping[str, Any], indent: str) -> Iterator[str]:
    common = _common_catches(body)
    for name, state in body["States"].items():
        yield f"{indent}{_node(found, name, state)}"
        for number, inner in enumerate(inner_machines(state)):
            yield f'{indent}subgraph {_id(name)}_{number}["{name}: each {"branch" if state["Type"] == "Parallel" else "item"}"]'
            yield from _level(found, inner, indent + "  ")
            yield f"{indent}end"
            yield f"{indent}{_id(name)} -.- {_id(name)}_{number}"
    for name, state in body["States"].items():
        for target, label in _ways(state, common):
            yield f"{indent}{_id(name)} {'-.->' if label == 'error' else '-->'}{_label(label)} {_id(target)}"
    for target, count in common.items():
        yield f'{indent}any_{_id(target)}(["any of {count} states fails"]) -.-> {_id(target)}'


def _common_catches(body: Mapping[str, Any]) -> dict[str, int]:
    targets = Counter(target for state in body["States"].values() for target in {catch["Next"] for catch in state.get("Catch", [])})
    return {target: count for target, count in targets.items() if count >= FEW}


def _ways(state: Mapping[str, Any], common: Mapping[str, int]) -> list[tuple[str, str]]:
    """One way per target; several conditions to the same target are joined."""
    joined: dict[str, list[str]] = {}
    for target, label in transitions(state):
        if not (label == "error" and target in common):
            joined.setdefault(target, []).append(label)
    return [
        (target, " or ".join(dict.fromkeys(label or "done" for label in labels)) if any(labels) else "")
        for target, labels in joined.items()
    ]


def _node(found: Definition, name: str, state: Mapping[str, Any]) -> str:
    before, after = SHAPES.get(state["Type"], ("[", "]"))
    calls = _calls(found, state) if state["Type"] == "Task" else ""
    return f'{_id(name)}{before}"{name}{f"<br/><i>{calls}</i>" if calls else ""}"{after}'


def _calls(found: Definition, state: Mapping[str, Any]) -> str:
    """The function or the API action behind a Task."""
    resource = found.text(state["Resource"])
    functions = [function_name(called) for called in found.called_by(state) if called.type == "AWS::Lambda::Function"]
    action = functions[0] if functions else resource.split(":states:::")[-1].removeprefix("aws-sdk:").split(".")[0]
    return f"{action}, waits for an answer" if resource.endswith(".waitForTaskToken") else action


def _label(text: str) -> str:
    return f'|"{text}"|' if text else ""


def _id(name: str) -> str:
    return "state_" + "".join(character if character.isalnum() else "_" for character in name)
