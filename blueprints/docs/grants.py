"""The edges that permissions tell of: who reads, writes, answers or calls what."""

from collections.abc import Iterator

from blueprints.docs.policies import Role, Statement, roles
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
        "ecr",
        "cloudwatch",
        "events",
        "ssm",
        "sts",
        "execute-api",
        "scheduler",
        "secretsmanager",
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
ASKS = {
    "bedrock:ApplyGuardrail": "has texts checked",
    "bedrock:InvokeModel": "",
    "bedrock:InvokeModelWithResponseStream": "",
    "bedrock:Retrieve": "finds passages",
    "bedrock:StartIngestionJob": "starts ingestion",
    "sagemaker:InvokeEndpoint": "",
    "sagemaker:InvokeEndpointAsync": "",
    "sagemaker:InvokeEndpointWithResponseStream": "",
}
THROUGH = "bedrock:InferenceProfileArn"
HOLDERS = ("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine", "AWS::Bedrock::KnowledgeBase", "AWS::SageMaker::Model")
ROLES = ("Role", "RoleArn", "ExecutionRoleArn")


def grants(template: Template) -> Iterator[Edge]:
    """Yields what a role lets its holder read, write, answer or call."""
    found = roles(template)
    holders = _holders(template, found)
    for role in found:
        allowed = [statement for statement in role.statements if statement.effect == "Allow" and not role.resource.is_framework]
        for statement in allowed:
            for holder in holders.get(role.resource.id, []):
                yield from _of_statement(template, holder, statement)


def _of_statement(template: Template, holder: str, statement: Statement) -> Iterator[Edge]:
    """What a statement on resources of the template tells of these, another one of the service."""
    ends = template.references(list(statement.resources))
    yield from (edge for end in ends for edge in _granted(holder, end, statement.actions))
    if not ends and not _by_profile(template, statement):
        yield from (Edge(holder, f"service:{name}") for name in _services(statement.actions))


def _by_profile(template: Template, statement: Statement) -> bool:
    """Whether a model is invoked by way of an inference profile of the template, which has an edge to it."""
    return bool(template.references([pairs.get(THROUGH) for pairs in statement.condition.values()]))


def _granted(holder: str, end: str, actions: tuple[str, ...]) -> Iterator[Edge]:
    if any(_covers(action, READS) for action in actions):
        yield Edge(end, holder)
    if any(_covers(action, WRITES) for action in actions):
        yield Edge(holder, end)
    if any(_covers(action, ANSWERS) for action in actions):
        yield Edge(holder, end, "answers the waiting task", dashed=True)
    yield from (Edge(holder, end, ASKS[action]) for action in actions if action in ASKS)


def _covers(action: str, known: tuple[str, ...]) -> bool:
    return any(name.startswith(action.rstrip("*")) if action.endswith("*") else action == name for name in known)


def _services(actions: tuple[str, ...]) -> list[str]:
    return sorted({action.split(":")[0] for action in actions if ":" in action} - PLUMBING)


def _holders(template: Template, found: list[Role]) -> dict[str, list[str]]:
    """The functions, state machines, knowledge bases and models that run with a role, or else the services that assume it."""
    holders: dict[str, list[str]] = {}
    for resource in template.of_type(*HOLDERS):
        for role in template.references([resource.properties.get(name) for name in ROLES]):
            holders.setdefault(role, []).append(resource.id)
    for assumed in found:
        names = [service.split(".")[0] for service in assumed.services]
        holders.setdefault(assumed.resource.id, [f"service:{name}" for name in names if name not in PLUMBING])
    return holders
