"""What the roles of state machines need for the states of their definitions."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import Account, Resource
from blueprints.checks.permissions import Need
from blueprints.checks.targets import UNKNOWN, call_targets

# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
LOG_DELIVERY_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
TRACING_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets")
_INTEGRATION = re.compile(r"arn:[^:]+:states:::(?:aws-sdk:)?(?P<service>\w+):(?P<operation>\w+)(?:\.(?P<pattern>[\w:]+))?")
# Services that Step Functions names after the Java SDK.
_SERVICES = {"eventbridge": "events", "sfn": "stepfunctions", "states": "stepfunctions"}


def definition(machine: Resource) -> dict[str, Any]:
    """The definition of a state machine, with the values that its template puts in."""
    properties = machine.properties
    found = properties.get("Definition") or json.loads(properties["DefinitionString"])
    text = json.dumps(found)
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def all_states(machine: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of a definition, with those inside of maps and parallel branches."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")):
            if inner:
                yield from all_states(inner)


def integration(resource: str) -> tuple[str, str] | None:
    """The boto3 service and operation behind the ``Resource`` of a Task; none for a function's or an activity's ARN."""
    match = _INTEGRATION.fullmatch(resource)
    if match is None:
        return None
    service, operation = match["service"], match["operation"]
    return _SERVICES.get(service, service), operation[0].upper() + operation[1:]


def parameters(state: Mapping[str, Any], field: str = "Parameters") -> dict[str, Any]:
    """The parameters of a state; those that are only known in an execution count as unknown."""
    given = state.get(field) or state.get("Arguments") or {}
    return {
        name.removesuffix(".$"): UNKNOWN if name.endswith(".$") or str(value).startswith("{%") else value for name, value in given.items()
    }


def _calls(account: Account, service: str, operation: str, given: Mapping[str, Any], reason: str, role: str) -> Iterator[Need]:
    for action, arn in call_targets(account, service, operation, given):
        yield Need(role, action, arn, reason)


def _distributed_map(account: Account, machine: Resource, state: Mapping[str, Any], reason: str, role: str) -> Iterator[Need]:
    """What the children of a distributed map need.

    See https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    yield Need(role, "states:StartExecution", machine.arn, reason)
    execution = machine.arn.replace(":stateMachine:", ":execution:")
    for action in ("states:DescribeExecution", "states:StopExecution"):
        yield Need(role, action, f"{execution}:run", reason)
    yield Need(role, "states:RedriveExecution", f"{execution}/label:run", reason)
    for part in ("ItemReader", "ResultWriter"):
        found = integration(state.get(part, {}).get("Resource", ""))
        if found:
            given = parameters(state[part])
            if "Prefix" in given and part == "ResultWriter":
                given["Key"] = f"{given['Prefix']}/run/manifest.json"
            yield from _calls(account, *found, given, f"{reason} {part}", role)
            if part == "ResultWriter":
                for operation in ("GetObject", "ListParts", "AbortMultipartUpload"):
                    yield from _calls(account, "s3", operation, given, f"{reason} {part}", role)


def machine_needs(account: Account, machine: Resource) -> Iterator[Need]:
    """What the role of a state machine needs for its states, its logs and its traces."""
    role = machine.properties["RoleArn"]
    for name, state in all_states(definition(machine)):
        reason = f"{machine.logical_id} {name}"
        if state["Type"] == "Task":
            found = integration(state["Resource"])
            service, operation = found or ("lambda", "Invoke")
            given = parameters(state) if found else {"FunctionName": state["Resource"]}
            yield from _calls(account, service, operation, given, reason, role)
        if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            yield from _distributed_map(account, machine, state, reason, role)
    if machine.properties.get("LoggingConfiguration"):
        for action in LOG_DELIVERY_ACTIONS:
            yield Need(role, action, "*", f"{machine.logical_id} writes its log")
    if machine.properties.get("TracingConfiguration", {}).get("Enabled"):
        for action in TRACING_ACTIONS:
            yield Need(role, action, "*", f"{machine.logical_id} is traced")


def workflow_needs(account: Account) -> Iterator[Need]:
    """What the roles of all state machines need."""
    for machine in account.of_type("AWS::StepFunctions::StateMachine"):
        yield from machine_needs(account, machine)
