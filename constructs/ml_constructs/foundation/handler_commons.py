"""What the functions of one stack share."""

from functools import cached_property

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge
from ml_constructs.foundation.roles import finding_name
from ml_constructs.foundation.singletons import once_per_stack

PYTHON = "python3.14"
POWERTOOLS_VERSION = "3.37.0"
POWERTOOLS_PARAMETER = f"/aws/service/powertools/python/arm64/{PYTHON}/{POWERTOOLS_VERSION}"
TRACE_ACTIONS = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
LIST_ACTIONS = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
INTERFACE_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)


class HandlerCommons(Construct):
    """The Powertools layer, and the policies that every function needs with the same words.

    The policies take the place of AWS's own, which let a function write to every log group and handle every network interface there is.

    See https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/ and
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """

    @classmethod
    def of(cls, scope: Construct) -> "HandlerCommons":
        """Those of the stack that ``scope`` is in, defined on first use."""
        return once_per_stack(scope, cls)

    @cached_property
    def powertools(self) -> lambda_.ILayerVersion:
        """The public layer, whose ARN CloudFormation looks up when it deploys."""
        arn = ssm.StringParameter.value_for_string_parameter(self, POWERTOOLS_PARAMETER)
        return lambda_.LayerVersion.from_layer_version_arn(self, "Powertools", arn)

    @cached_property
    def tracing(self) -> iam.ManagedPolicy:
        """Lets a function send its trace."""
        policy = iam.ManagedPolicy(self, "Tracing", statements=[iam.PolicyStatement(actions=list(TRACE_ACTIONS), resources=["*"])])
        acknowledge(
            policy, "AwsSolutions::AwsSolutions-IAM5[Resource::*]", "X-Ray defines no resource that a trace segment could be written to."
        )
        return policy

    @cached_property
    def interfaces(self) -> iam.ManagedPolicy:
        """Lets Lambda attach a function to a network, and keeps the function's own code from doing the same."""
        stack = Stack.of(self)
        here = stack.format_arn(service="ec2", resource="*", resource_name="*")
        functions = stack.format_arn(service="lambda", resource="function:*")
        policy = iam.ManagedPolicy(
            self,
            "Interfaces",
            statements=[
                iam.PolicyStatement(actions=list(LIST_ACTIONS), resources=["*"]),
                iam.PolicyStatement(actions=list(INTERFACE_ACTIONS), resources=[here]),
                iam.PolicyStatement(
                    effect=iam.Effect.DENY,
                    actions=sorted((*INTERFACE_ACTIONS, *LIST_ACTIONS)),
                    resources=["*"],
                    conditions={"ArnLike": {"lambda:SourceFunctionArn": functions}},
                ),
            ],
        )
        acknowledge(
            policy,
            ["AwsSolutions::AwsSolutions-IAM5[Resource::*]", f"AwsSolutions::AwsSolutions-IAM5[Resource::{finding_name(stack, here)}]"],
            "Lambda names the interfaces that it makes, and EC2 lists them all or none; the denial keeps the function's code from either.",
        )
        return policy
