"""Two databases for vectors, one kept and one passing, in one network."""

from functools import cache
from typing import Any

import aws_cdk as cdk
from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2

from ml_constructs.bedrock.aurora_capacity import AuroraCapacity
from ml_constructs.bedrock.aurora_vector_store import AuroraVectorStore
from ml_constructs.foundation import HandlerDefaults, Placement
from ml_constructs.foundation.roles import service_role
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene


class AuroraScene(KnowledgeScene):
    """Defined once for all tests."""

    def __init__(self) -> None:
        super().__init__("Knowledge")
        self.placement = placement(self.stack, "Network", zones=2)
        self.defaults = HandlerDefaults(key=self.key, placement=self.placement)
        self.kept = self.store_in("Kept")
        passing = {"removal_policy": RemovalPolicy.DESTROY, "capacity": AuroraCapacity(minimum=1, maximum=8), "revision": "chunks of 500"}
        self.passing = self.store_in("Passing", **passing)
        self.role = service_role(self.stack, "Role", service="bedrock.amazonaws.com")
        self.kept.grant_access(self.role)

    def store_in(self, name: str, **arguments: Any) -> AuroraVectorStore:
        usual = {"key": self.key, "embedding": self.embedding, "placement": self.placement, "defaults": self.defaults}
        return AuroraVectorStore(self.stack, name, **{**usual, **arguments})


@cache
def aurora_scene() -> AuroraScene:
    return AuroraScene()


def placement(stack: cdk.Stack, name: str, *, zones: int) -> Placement:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        name,
        vpc_id="vpc-1",
        availability_zones=[f"us-east-1{zone}" for zone in "abc"[:zones]],
        isolated_subnet_ids=[f"subnet-{zone}" for zone in "abc"[:zones]],
    )
    group = ec2.SecurityGroup.from_security_group_id(stack, f"{name}Group", "sg-1")
    return Placement(vpc=vpc, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), security_groups=(group,))
