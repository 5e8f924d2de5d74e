"""The role that SageMaker runs containers as."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from ml_constructs.foundation import Placement, acknowledge, allow_matching, allow_unscoped, service_role

SERVICE = "sagemaker.amazonaws.com"
NAMESPACES = ("AWS/SageMaker", "/aws/sagemaker/Endpoints", "/aws/sagemaker/InferenceComponents", "/aws/sagemaker/TransformJobs")
LOG_ACTIONS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
LIST_ACTIONS = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
INTERFACE_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)

_METRICS = "CloudWatch defines no resource for metrics; the condition leaves SageMaker's own namespaces."
_LISTS = "EC2 defines no resources for lists; SageMaker looks the network up before it attaches to it."
_INTERFACES = "EC2 gives interfaces their ids when SageMaker makes them; the subnets and security groups are named."


def endpoint_role(scope: Construct, construct_id: str = "Role", *, placement: Placement | None = None) -> iam.Role:
    """A role that SageMaker assumes for this account, and that may write SageMaker's metrics and join a network, and nothing else yet.

    Its logs are allowed group by group (``allow_logs``): it makes no group of its own, which would have neither key nor end.

    Args:
        scope: Where the role is defined.
        construct_id: Its id there.
        placement: Network that containers are attached to; none when left out.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
    """
    role = service_role(scope, construct_id, service=SERVICE)
    condition = {"StringEquals": {"cloudwatch:namespace": list(NAMESPACES)}}
    statement = iam.PolicyStatement(actions=["cloudwatch:PutMetricData"], resources=["*"], conditions=condition)
    policy = iam.Policy(role, "Metrics", statements=[statement], roles=[role])
    acknowledge(policy, "AwsSolutions::AwsSolutions-IAM5[Resource::*]", _METRICS)
    if placement is not None:
        _allow_network(role, placement)
    return role


def allow_logs(role: iam.Role, log_group: logs.ILogGroup) -> None:
    """Lets SageMaker write, as ``role``, to a group that stands already.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """
    role.add_to_policy(iam.PolicyStatement(actions=list(LOG_ACTIONS), resources=[log_group.log_group_arn]))


def network_ids(placement: Placement) -> tuple[list[str], list[str]]:
    """The ids of the subnets and of the security groups of ``placement``."""
    chosen = placement.subnets
    subnets: ec2.SelectedSubnets = placement.vpc.select_subnets(
        availability_zones=chosen.availability_zones,
        one_per_az=chosen.one_per_az,
        subnet_filters=chosen.subnet_filters,
        subnet_group_name=chosen.subnet_group_name,
        subnet_type=chosen.subnet_type,
        subnets=chosen.subnets,
    )
    return list(subnets.subnet_ids), [group.security_group_id for group in placement.security_groups]


def _allow_network(role: iam.Role, placement: Placement) -> None:
    """Lets SageMaker, as ``role``, attach containers to the subnets of ``placement``.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
    """
    subnets, groups = network_ids(placement)

    def arn(kind: str, name: str) -> str:
        return Stack.of(role).format_arn(service="ec2", resource=kind, resource_name=name, arn_format=ArnFormat.SLASH_RESOURCE_NAME)

    named = [*(arn("subnet", found) for found in subnets), *(arn("security-group", found) for found in groups)]
    role.add_to_policy(iam.PolicyStatement(actions=["ec2:CreateNetworkInterface"], resources=named))
    allow_matching(role, INTERFACE_ACTIONS, [arn("network-interface", "*")], _INTERFACES)
    allow_unscoped(role, LIST_ACTIONS, _LISTS)
