"""Networks of stacks that leave something in them."""

from typing import cast

from aws_cdk import CfnResource, RemovalPolicy
from aws_cdk import aws_ec2 as ec2

PLACES = ("AWS::EC2::Subnet", "AWS::EC2::VPC")


def keep_network(vpc: ec2.IVpc) -> None:
    """Keeps VPC and subnets, which AWS refuses to delete while a cluster that outlasts its stack lies in them.

    Of a network that is known by its id it keeps nothing: that is another stack's.

    See https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
    """
    for part in vpc.node.find_all():
        if CfnResource.is_cfn_resource(part) and cast("CfnResource", part).cfn_resource_type in PLACES:
            cast("CfnResource", part).apply_removal_policy(RemovalPolicy.RETAIN)
