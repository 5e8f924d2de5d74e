"""Closes what AWS leaves open in a new VPC."""

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.roles import allow_unscoped


class VpcGuard(Construct):
    """Takes the rules out of the VPC's default security group, and finds the prefix lists that its gateways lead to.

    CloudFormation can do neither: it doesn't know default groups, and the lists have other ids in every region. CDK's own closing of the
    group brings a function whose logs are neither encrypted nor ever deleted.

    Args:
        vpc: The VPC.
        defaults: Key, log retention and removal policy of the function.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2 and
    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.Vpc, defaults: HandlerDefaults) -> None:
        super().__init__(scope, construct_id)
        self.function = HandlerFunction(
            self,
            "Function",
            package="secure_vpc",
            shared=["custom_resources"],
            defaults=defaults,
            timeout=Duration.minutes(2),
            memory_mb=256,
        )
        role = self.function.execution_role
        stack = Stack.of(self)
        group = vpc.vpc_default_security_group
        self.function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
                resources=[stack.format_arn(service="ec2", resource="security-group", resource_name=group)],
            )
        )
        reason = "AWS defines the listing of prefix lists without resources; it reads nothing but their names and ids."
        lists = allow_unscoped(role, ["ec2:DescribeManagedPrefixLists"], reason)
        self.resource = CustomResource(
            self,
            "Resource",
            properties={"GroupId": group, "Region": stack.region},
            resource_type="Custom::SecureVpc",
            service_timeout=Duration.minutes(5),
            service_token=self.function.function_arn,
        )
        self.resource.node.add_dependency(role, lists)
        self.s3_prefix_list = self.resource.get_att_string("S3PrefixList")
        self.dynamodb_prefix_list = self.resource.get_att_string("DynamoDbPrefixList")
