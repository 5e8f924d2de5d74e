"""What the roles of state machines need for the states of their definitions."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.checks.deployed import ACCOUNT, Account, Resource
from blueprints.checks.needs.encryption import key_of
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.transforms import OPERATION as TRANSFORM
from blueprints.checks.needs.transforms import transform_needs
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
_SERVICES = {"bedrockagent": "bedrock-agent", "eventbridge": "events", "sfn": "stepfunctions", "states": "stepfunctions"}


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


@dataclass(frozen=True)
class _Caller:
    """One state, whose calls are made with the role of its machine."""

    account: Account
    role: str
    machine: Resource
    state: str
    facts: Facts

    def calls(self, service: str, operation: str, given: Mapping[str, Any]) -> Iterator[Need]:
        """What a call of the state needs."""
        for action, arn, _ in call_targets(self.account, service, operation, given):
            named = self.facts.named.get((self.state, action), (arn,)) if arn.startswith(UNKNOWN) else (arn,)
            yield from (self.need(action, each) for each in named)

    def need(self, action: str, arn: str) -> Need:
        """What the state needs on one resource."""
        return Need(self.role, action, arn, f"{self.machine.logical_id} {self.state}")


def _distributed_map(caller: _Caller, state: Mapping[str, Any]) -> Iterator[Need]:
    """What the children of a distributed map need.

    See https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    execution = caller.machine.arn.replace(":stateMachine:", ":execution:")
    yield caller.need("states:StartExecution", caller.machine.arn)
    yield caller.need("states:DescribeExecution", f"{execution}:run")
    yield caller.need("states:StopExecution", f"{execution}:run")
    yield caller.need("states:RedriveExecution", f"{execution}/{state.get('Label', 'label')}:run")
    for part, more in (("ItemReader", ()), ("ResultWriter", ("GetObject", "ListParts", "AbortMultipartUpload"))):
        found = integration(state.get(part, {}).get("Resource", ""))
        if found:
            given = parameters(state[part])
            given |= {"Key": f"{given['Prefix']}/{UNKNOWN}/manifest.json"} if more and "Prefix" in given else {}
            for operation in (found[1], *more):
                yield from caller.calls(found[0], operation, given)


def _encryption(account: Account, machine: Resource, role: str) -> Iterator[Need]:
    """What a state machine with a key of the customer needs of it for its executions and its log.

    See https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
    """
    key = key_of(account, machine)
    if key is None:
        return
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        context = (("kms:encryptioncontext:aws:states:statemachinearn", machine.arn),)
        yield Need(role, action, key.arn, f"{machine.logical_id} is encrypted", context)
    if machine.properties.get("LoggingConfiguration"):
        context = (("kms:encryptioncontext:sourcearn", f"arn:aws:logs:{account.region}:{ACCOUNT}:*"),)
        yield Need(role, "kms:GenerateDataKey", key.arn, f"{machine.logical_id} writes an encrypted log", context)
        yield Need("delivery.logs.amazonaws.com", "kms:Decrypt", key.arn, f"the log of {machine.logical_id} is delivered", context)


def machine_needs(account: Account, machine: Resource, facts: Facts) -> Iterator[Need]:
    """What the role of a state machine needs for its states, its logs and its traces."""
    role = machine.properties["RoleArn"]
    for name, state in all_states(definition(machine)):
        caller = _Caller(account, role, machine, name, facts)
        if state["Type"] == "Task":
            found = integration(state["Resource"])
            service, operation = found or ("lambda", "Invoke")
            if found == TRANSFORM:
                yield from transform_needs(account, role, state["Arguments"], facts, f"{machine.logical_id} {name}")
                continue
            yield from caller.calls(service, operation, parameters(state) if found else {"FunctionName": state["Resource"]})
        if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            yield from _distributed_map(caller, state)
    if machine.properties.get("LoggingConfiguration"):
        yield from (Need(role, action, "*", f"{machine.logical_id} writes its log") for action in LOG_DELIVERY_ACTIONS)
    if machine.properties.get("TracingConfiguration", {}).get("Enabled"):
        yield from (Need(role, action, "*", f"{machine.logical_id} is traced") for action in TRACING_ACTIONS)
    yield from _encryption(account, machine, role)


def workflow_needs(account: Account, facts: Facts) -> Iterator[Need]:
    """What the roles of all state machines need."""
    for machine in account.of_type("AWS::StepFunctions::StateMachine"):
        yield from machine_needs(account, machine, facts)
