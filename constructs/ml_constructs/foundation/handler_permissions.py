"""What every function of the handler packages may do, and why some rules don't fit it."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge, standard_rules
from ml_constructs.foundation.roles import allow_matching, allow_unscoped, service_role

TRACE_ACTIONS = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
LIST_ACTIONS = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
INTERFACE_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)


def execution_role(scope: Construct, construct_id: str, *, placed: bool) -> iam.Role:
    """A role that can trace, and attach its function to a network if it is placed in one.

    AWS's managed policies would let every function write to every log group and touch every network interface of the account.

    Args:
        scope: Where the role is defined.
        construct_id: Its id there.
        placed: Whether the function runs in a network.

    See https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    role = service_role(scope, construct_id, service="lambda.amazonaws.com")
    allow_unscoped(role, TRACE_ACTIONS, "X-Ray defines no resource that a trace segment could be written to.")
    if placed:
        _allow_interfaces(role)
    return role


def _allow_interfaces(role: iam.Role) -> None:
    stack = Stack.of(role)
    everything = stack.format_arn(service="ec2", resource="*", resource_name="*")
    functions = stack.format_arn(service="lambda", resource="function:*")
    allow_unscoped(role, LIST_ACTIONS, "EC2 defines no resources for the actions that list network interfaces and subnets.")
    allow_matching(
        role,
        INTERFACE_ACTIONS,
        [everything],
        "Lambda makes the network interfaces, so they have no name yet; the statement below keeps the function's own code from using this.",
    )
    role.add_to_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=sorted((*INTERFACE_ACTIONS, *LIST_ACTIONS)),
            resources=["*"],
            conditions={"ArnLike": {"lambda:SourceFunctionArn": functions}},
        )
    )


def explain(function: lambda_.Function, log_group: logs.LogGroup, *, encrypted: bool, placed: bool, dead_letters: bool) -> None:
    """Says beside the function which rules it leaves unmet.

    Args:
        function: The function.
        log_group: Where it logs.
        encrypted: Whether a customer-managed key encrypts environment and logs.
        placed: Whether it runs in a network.
        dead_letters: Whether it is invoked asynchronously and has a destination for failures.
    """
    acknowledge(
        function,
        standard_rules("LambdaConcurrency", ("HIPAA.Security", "NIST.800.53.R5")),
        "Reserving concurrency takes it from the account's other functions; what invokes this one bounds how often it runs at once.",
    )
    acknowledge(
        function,
        standard_rules("LambdaDLQ", ("HIPAA.Security", "NIST.800.53.R5", "Serverless")),
        "Failed asynchronous invocations go to an on-failure destination, which carries the error as well."
        if dead_letters
        else "Nothing invokes it asynchronously: its caller, or the queue in front of it, sees the failure.",
    )
    if not encrypted:
        acknowledge(
            log_group,
            standard_rules("CloudWatchLogGroupEncrypted"),
            "Nothing confidential passes through the function; CloudWatch Logs encrypts the group with a key of its own.",
        )
    if not placed:
        acknowledge(
            function,
            standard_rules("LambdaInsideVPC"),
            "It calls AWS services and nothing inside a network; its defaults place it in isolated subnets where that is asked for.",
        )
