"""The edges that permissions tell of: who reads, writes, answers or calls what."""

from collections.abc import Iterator

from blueprints.docs.policies import Role, roles
from blueprints.docs.template import Template
from blueprints.docs.triggers import Edge

PLUMBING = frozenset(
    (
        "s3",
        "dynamodb",
        "sqs",
        "sns",
        "states",
        "lambda",
        "logs",
        "kms",
        "xray",
        "iam",
        "ec2",
        "cloudwatch",
        "events",
        "ssm",
        "sts",
        "execute-api",
    )
)
READS = ("s3:GetObject", "s3:ListBucket", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem")
WRITES = (
    "s3:PutObject",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:BatchWriteItem",
    "sqs:SendMessage",
    "sns:Publish",
    "states:StartExecution",
)
ANSWERS = ("states:SendTaskSuccess", "states:SendTaskFailure")


def grants(template: Template) -> Iterator[Edge]:
    """Yields what a role lets its holder read, write, answer or call."""
    found = roles(template)
    holders = _holders(template, found)
    for role in found:
        for statement in role.statements if not role.resource.is_framework else ():
            for holder in holders.get(role.resource.id, []):
                ends = template.references(list(statement.resources)) if statement.effect == "Allow" else []
                yield from (edge for end in ends for edge in _granted(holder, end, statement.actions))
                yield from (Edge(holder, f"service:{name}") for name in _services(statement.actions))


def _granted(holder: str, end: str, actions: tuple[str, ...]) -> Iterator[Edge]:
    if any(_covers(action, READS) for action in actions):
        yield Edge(end, holder)
    if any(_covers(action, WRITES) for action in actions):
        yield Edge(holder, end)
    if any(_covers(action, ANSWERS) for action in actions):
        yield Edge(holder, end, "answers the waiting task", dashed=True)


def _covers(action: str, known: tuple[str, ...]) -> bool:
    return any(name.startswith(action.rstrip("*")) if action.endswith("*") else action == name for name in known)


def _services(actions: tuple[str, ...]) -> list[str]:
    return sorted({action.split(":")[0] for action in actions if ":" in action} - PLUMBING)


def _holders(template: Template, found: list[Role]) -> dict[str, list[str]]:
    """The functions and state machines that run with a role, or the services that assume it."""
    holders: dict[str, list[str]] = {}
    for resource in template.of_type("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"):
        for role in template.references([resource.properties.get("Role"), resource.properties.get("RoleArn")]):
            holders.setdefault(role, []).append(resource.id)
    for assumed in found:
        names = [service.split(".")[0] for service in assumed.services]
        holders.setdefault(assumed.resource.id, []).extend(f"service:{name}" for name in names if name not in PLUMBING)
    return holders
