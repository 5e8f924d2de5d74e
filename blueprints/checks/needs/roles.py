"""What AWS services do with the roles that they are given."""

from collections.abc import Callable, Iterator

from blueprints.checks.deployed import ACCOUNT, Account, Resource
from blueprints.checks.needs.endpoints import component_needs, endpoint_needs, model_needs
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.knowledge_bases import knowledge_base_needs
from blueprints.checks.permissions import Need

_STREAM = "log-stream:stream"
_GATEWAY_ACTIONS = (
    "CreateLogGroup",
    "CreateLogStream",
    "DescribeLogGroups",
    "DescribeLogStreams",
    "FilterLogEvents",
    "GetLogEvents",
    "PutLogEvents",
)


def flow_log_needs(account: Account, flow_log: Resource) -> Iterator[Need]:
    """What VPC flow logs do with their role.

    See https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    properties = flow_log.properties
    group = account.find(properties.get("LogGroupName"))
    for action in ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents") if group else ():
        yield Need(properties["DeliverLogsPermissionArn"], action, f"{group.arn[:-2]}:{_STREAM}" if group else "", "flow logs")


def trail_needs(_account: Account, trail: Resource) -> Iterator[Need]:
    """What CloudTrail does with its role.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
    """
    group = str(trail.properties.get("CloudWatchLogsLogGroupArn", "")).removesuffix(":*")
    for action in ("logs:CreateLogStream", "logs:PutLogEvents") if group else ():
        yield Need(trail.properties["CloudWatchLogsRoleArn"], action, f"{group}:{_STREAM}", "audit trail")


def rule_needs(account: Account, rule: Resource) -> Iterator[Need]:
    """What EventBridge does with the role of a target.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
    """
    for target in rule.properties.get("Targets", []):
        machine = account.find(target["Arn"])
        if machine and machine.type == "AWS::StepFunctions::StateMachine":
            yield Need(target["RoleArn"], "states:StartExecution", machine.arn, f"{rule.logical_id} starts it")


def gateway_needs(_account: Account, settings: Resource) -> Iterator[Need]:
    """What API Gateway does with the role that it writes its logs with.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    for action in _GATEWAY_ACTIONS:
        yield Need(settings.properties["CloudWatchRoleArn"], f"logs:{action}", "*", "API Gateway writes logs")


def schedule_needs(account: Account, schedule: Resource) -> Iterator[Need]:
    """What EventBridge Scheduler does with the role of a schedule.

    See https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html
    """
    target = schedule.properties["Target"]
    for arn in (target["Arn"], target.get("DeadLetterConfig", {}).get("Arn")):
        queue = account.find(arn)
        if queue and queue.type == "AWS::SQS::Queue":
            yield Need(target["RoleArn"], "sqs:SendMessage", queue.arn, f"{schedule.logical_id} sends")


def logging_needs(account: Account, logging: Resource) -> Iterator[Need]:
    """What Bedrock does with the role that it logs invocations with, and what it writes itself.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
    """
    group, bucket = account.find(logging.properties["LogGroupName"]), account.find(logging.properties["BucketName"])
    for action in ("logs:CreateLogStream", "logs:PutLogEvents") if group else ():
        stream = f"{group.arn[:-2]}:log-stream:aws/bedrock/modelinvocations" if group else ""
        yield Need(logging.properties["RoleArn"], action, stream, "invocations are logged")
    if bucket:
        context = (("aws:sourceaccount", ACCOUNT), ("aws:sourcearn", f"arn:aws:bedrock:{account.region}:{ACCOUNT}:example"))
        body = f"{bucket.arn}/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/example"
        yield Need("bedrock.amazonaws.com", "s3:PutObject", body, "large bodies are logged", context)


_USERS: dict[str, Callable[[Account, Resource], Iterator[Need]]] = {
    "AWS::ApiGateway::Account": gateway_needs,
    "AWS::Bedrock::KnowledgeBase": knowledge_base_needs,
    "AWS::CloudTrail::Trail": trail_needs,
    "AWS::EC2::FlowLog": flow_log_needs,
    "AWS::Events::Rule": rule_needs,
    "AWS::Scheduler::Schedule": schedule_needs,
    "Custom::InvocationLogging": logging_needs,
}

_INFORMED: dict[str, Callable[[Account, Resource, Facts], Iterator[Need]]] = {
    "AWS::SageMaker::Endpoint": endpoint_needs,
    "AWS::SageMaker::InferenceComponent": component_needs,
    "AWS::SageMaker::Model": model_needs,
}


def service_role_needs(account: Account, facts: Facts) -> Iterator[Need]:
    """What services do with the roles that the templates hand them."""
    for resource in account:
        if resource.type in _USERS:
            yield from _USERS[resource.type](account, resource)
        if resource.type in _INFORMED:
            yield from _INFORMED[resource.type](account, resource, facts)
        if resource.type == "AWS::Bedrock::KnowledgeBase":
            context = (("kms:viaservice", f"s3.{account.region}.amazonaws.com"),)
            for arn in facts.also.get((resource.type, "kms:Decrypt"), ()):
                yield Need(resource.properties["RoleArn"], "kms:Decrypt", arn, "documents are encrypted", context)
