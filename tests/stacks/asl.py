"""Checks of state machines in Amazon States Language, for the tests of any blueprint that has one."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
import jsonata
from botocore.model import ListShape, MapShape, Shape, StructureShape

State = Mapping[str, Any]
Definition = Mapping[str, Any]
JSONATA = re.compile(r"^\{%(.*)%\}$", re.DOTALL)
VARIABLE = re.compile(r"\$([a-zA-Z]\w*)(?!\w*\s*\()")
FOLLOWERS = {"Next", "Default"}
WILDCARDS = {"States.ALL", "States.TaskFailed"}
# https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
WRITER_MEMBERS = {"Bucket", "Prefix"}


@dataclass(frozen=True)
class Machine:
    """A state machine of a template."""

    logical_id: str
    definition: Definition
    substitutions: Mapping[str, Any]


def machines(template: Mapping[str, Any]) -> Iterator[Machine]:
    """The state machines of a template."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            properties = resource["Properties"]
            yield Machine(logical_id, json.loads(properties["DefinitionString"]), properties["DefinitionSubstitutions"])


def scopes(definition: Definition) -> Iterator[Definition]:
    """The definition and those of its maps and branches."""
    yield definition
    for state in definition["States"].values():
        for inner in (*([state["ItemProcessor"]] if "ItemProcessor" in state else ()), *state.get("Branches", ())):
            yield from scopes(inner)


def states(definition: Definition) -> dict[str, State]:
    """All states by name, inner ones too; names are unique in a machine."""
    found = [item for scope in scopes(definition) for item in scope["States"].items()]
    assert len(found) == len(dict(found)), "two states share a name"
    return dict(found)


def unreachable(definition: Definition) -> set[str]:
    """States that nothing leads to."""
    left: set[str] = set()
    for scope in scopes(definition):
        reached, waiting = set(), [scope["StartAt"]]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += successors(scope["States"][name])
        left |= set(scope["States"]) - reached
    return left


def successors(state: State) -> list[str]:
    """The states that may come next."""
    rules = (*state.get("Choices", ()), *state.get("Catch", ()))
    return [value for part in (state, *rules) for name, value in part.items() if name in FOLLOWERS]


def careless_tasks(definition: Definition) -> dict[str, list[str]]:
    """What tasks lack of a time-out, retries of named errors with backoff and jitter, and a catch, their own or a map's."""
    found: dict[str, list[str]] = {}
    for scope in scopes(definition):
        caught_outside = scope is not definition and _is_caught(_holder(definition, scope))
        for name, state in scope["States"].items():
            if state["Type"] == "Task" and (lacks := list(_lacks(state, caught_outside=caught_outside))):
                found[name] = lacks
    return found


def _holder(definition: Definition, inner: Definition) -> State:
    return next(state for state in states(definition).values() if state.get("ItemProcessor") is inner or inner in state.get("Branches", ()))


def _is_caught(state: State) -> bool:
    return any("States.ALL" in catch["ErrorEquals"] for catch in state.get("Catch", ()))


def _lacks(state: State, *, caught_outside: bool) -> Iterator[str]:
    if not state.get("TimeoutSeconds"):
        yield "TimeoutSeconds"
    if not state.get("Retry"):
        yield "Retry"
    for entry in state.get("Retry", ()):
        if WILDCARDS & set(entry["ErrorEquals"]):
            yield "named errors"
        if not (entry["BackoffRate"] > 1 and entry["JitterStrategy"] == "FULL" and entry["MaxDelaySeconds"]):
            yield "backoff with jitter"
    if not caught_outside and not _is_caught(state):
        yield "Catch"


def choices_without_default(definition: Definition) -> list[str]:
    """Choices that may match nothing."""
    return [name for name, state in states(definition).items() if state["Type"] == "Choice" and "Default" not in state]


def unassigned(definition: Definition) -> set[tuple[str, str]]:
    """Variables that a state reads although a way to it assigns none of that name."""
    return _unassigned(definition, frozenset())


def _unassigned(scope: Definition, outer: frozenset[str]) -> set[tuple[str, str]]:
    known: dict[str, frozenset[str]] = {scope["StartAt"]: outer}
    waiting = [scope["StartAt"]]
    while waiting:
        name = waiting.pop()
        state = scope["States"][name]
        for follower, assigned in _ways(state):
            there = known[name] | assigned
            before = known.get(follower)
            after = there if before is None else before & there
            if after != before:
                known[follower] = after
                waiting.append(follower)
    missing: set[tuple[str, str]] = set()
    for name, state in scope["States"].items():
        missing |= {(name, variable) for variable in _read(state) - known[name]}
        if "ItemProcessor" in state:
            missing |= _unassigned(state["ItemProcessor"], known[name])
    return missing


def _ways(state: State) -> Iterator[tuple[str, frozenset[str]]]:
    own = frozenset(state.get("Assign", ()))
    for name in FOLLOWERS & set(state):
        yield state[name], own
    for rule in (*state.get("Choices", ()), *state.get("Catch", ())):
        yield rule["Next"], frozenset(rule.get("Assign", ()))


def _read(state: State) -> set[str]:
    own = {name: value for name, value in state.items() if name != "ItemProcessor"}
    return {name for text in expressions(own) for name in VARIABLE.findall(text)} - {"states"}


def expressions(part: Any) -> Iterator[str]:
    """The JSONata expressions in a part of a definition."""
    match part:
        case str():
            if found := JSONATA.match(part):
                yield found[1].strip()
        case dict():
            for value in part.values():
                yield from expressions(value)
        case list():
            for value in part:
                yield from expressions(value)


def broken_expressions(definition: Definition) -> list[str]:
    """JSONata expressions that don't parse."""
    return [text for text in expressions(definition) if not _parses(text)]


def _parses(text: str) -> bool:
    try:
        jsonata.Jsonata.jsonata(text)
    except jsonata.JException:
        return False
    return True


def unfilled(machine: Machine) -> set[str]:
    """Placeholders of the definition without a substitution, and substitutions without a placeholder."""
    return set(re.findall(r"\$\{(\w+)\}", json.dumps(machine.definition))) ^ set(machine.substitutions)


def wrong_parameters(machine: Machine) -> list[str]:
    """Parameters of SDK integrations that the API doesn't know, or lacks."""
    found = []
    for name, state in states(machine.definition).items():
        for part in (state, state.get("ItemReader"), state.get("ResultWriter")):
            if part and "Resource" in part:
                given = part.get("Arguments") or part.get("Parameters") or {}
                found += [f"{name}: {problem}" for problem in _problems(machine, part["Resource"], given)]
    return found


def _problems(machine: Machine, resource: str, given: Mapping[str, Any]) -> Iterator[str]:
    target = json.dumps(machine.substitutions[resource.removeprefix("${").removesuffix("}")])
    service, operation = re.findall(r":states:::(?:aws-sdk:)?(\w+):(\w+)", target)[0]
    if operation == "putObject":
        yield from sorted(set(given) ^ WRITER_MEMBERS)
        return
    shape = _model(service).operation_model(operation[0].upper() + operation[1:]).input_shape
    assert shape is not None
    yield from _check(shape, {_member(shape, key.removesuffix(".$")): value for key, value in given.items()}, operation)


def _member(shape: StructureShape, parameter: str) -> str:
    """Parameters of SDK integrations are written with a capital, whatever the API's members are."""
    own = parameter[0].lower() + parameter[1:]
    return own if parameter not in shape.members and own in shape.members else parameter


@cache
def _model(service: str) -> Any:
    session = botocore.session.get_session()
    plain = {name.replace("-", ""): name for name in session.get_available_services()}
    return session.get_service_model(plain[service])


def _check(shape: Shape, value: Any, place: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        yield from (f"{place} has no {name}" for name in value if name not in shape.members)
        yield from (f"{place} needs {name}" for name in shape.required_members if name not in value)
        for name in set(value) & set(shape.members):
            yield from _check(shape.members[name], value[name], f"{place}.{name}")
    if isinstance(shape, MapShape):
        for name, item in value.items():
            yield from _check(shape.value, item, f"{place}.{name}")
    if isinstance(shape, ListShape):
        for item in value:
            yield from _check(shape.member, item, place)
