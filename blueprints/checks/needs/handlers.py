"""What the execution roles of functions need for the AWS APIs that their code calls."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from blueprints.checks.deployed import Account, Resource
from blueprints.checks.handlers.calls import api_calls
from blueprints.checks.handlers.values import ApiCall
from blueprints.checks.iam_actions import methods
from blueprints.checks.needs.encryption import secret_key_needs
from blueprints.checks.needs.facts import Facts
from blueprints.checks.permissions import Need
from blueprints.checks.targets import UNKNOWN, call_targets

LOGGING_ROLE = "loggingConfig.cloudWatchConfig.roleArn"


def package_of(function: Resource) -> str:
    """The handler package of a function."""
    return str(function.properties.get("Handler", "")).split(".")[0]


def _waiting_machines(account: Account) -> list[str]:
    machines = account.of_type("AWS::StepFunctions::StateMachine")
    return [machine.arn for machine in machines if "waitForTaskToken" in str(machine.properties)]


def _custom_resources(account: Account, function: Resource) -> Iterator[Resource]:
    """The custom resources that the function stands behind; CloudFormation tells it their properties."""
    for resource in account:
        if resource.type.startswith("Custom::") and resource.properties["ServiceToken"] == function.arn:
            yield resource


def _implied(account: Account, role: str, call: ApiCall, package: str, facts: Facts) -> Iterator[Need]:
    """What services do with the permissions of the caller, and with the role that they are handed.

    See https://docs.aws.amazon.com/textract/latest/dg/security_iam_id-based-policy-examples.html,
    https://docs.aws.amazon.com/textract/latest/dg/api-async-roles.html and
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.access.html
    """
    if call.service == "textract" and not call.method.startswith("get_"):
        for action in ("s3:GetObject", "s3:GetObjectVersion"):
            for arn in facts.named.get((package, "textract:Read"), (UNKNOWN,)):
                yield Need(role, action, arn, f"{call.place} has Textract read the document")
    if call.service == "rds-data":
        secret = dict(call.parameters).get("secretArn", UNKNOWN)
        yield Need(role, "secretsmanager:GetSecretValue", secret, f"{call.place} signs in")
        yield from secret_key_needs(account, role, secret)
    passed = dict(call.parameters).get("NotificationChannel.RoleArn", dict(call.parameters).get(LOGGING_ROLE))
    if passed:
        context = (("iam:passedtoservice", f"{call.service}.amazonaws.com"),)
        yield Need(role, "iam:PassRole", passed, f"{call.place} hands a role over", context)
    topic = dict(call.parameters).get("NotificationChannel.SNSTopicArn")
    if passed and topic:
        yield Need(passed, "sns:Publish", topic, f"{call.place} has {call.service} notify")


def handler_needs(account: Account, function: Resource, root: Path, facts: Facts) -> Iterator[Need]:
    """What the role of one function needs for the calls of its handler package.

    Args:
        account: Where the function stands.
        function: The function; one without a handler package needs nothing here.
        root: Folder of the handler packages.
        facts: What settings and events decide.
    """
    package, role = package_of(function), function.properties["Role"]
    if not (root / package / "handler.py").is_file():
        return
    variables = function.properties.get("Environment", {}).get("Variables", {})
    events = [{"ResourceProperties": resource.properties} for resource in _custom_resources(account, function)]
    calls = {call for event in events or [{}] for call in api_calls(root, package, variables, event)}
    for call in sorted(calls, key=str):
        reason = f"{call.place} calls {call.service}.{call.method}"
        for operation in methods(call.service)[call.method]:
            for action, arn, context in call_targets(account, call.service, operation, dict(call.parameters)):
                yield from (Need(role, action, each, reason, context) for each in _known(account, package, action, arn, facts))
        yield from _implied(account, role, call, package, facts)
    for (user, action), arns in facts.also.items():
        context = (("kms:viaservice", f"s3.{account.region}.amazonaws.com"),) if action.startswith("kms:") else ()
        yield from (Need(role, action, arn, f"settings of {package}", context) for arn in arns if user == package)


def _known(account: Account, package: str, action: str, arn: str, facts: Facts) -> Sequence[str]:
    if action.startswith("states:SendTask"):
        return _waiting_machines(account)
    if facts.unused & {action, f"{package} {action}"}:
        return ()
    if UNKNOWN in arn:
        return facts.named.get((package, action), (arn,))
    return (arn,) if arn else ()
