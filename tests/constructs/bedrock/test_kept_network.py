import pytest
from aws_cdk import RemovalPolicy

from ml_constructs.bedrock.aurora_vector_store import AuroraVectorStore
from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.network import Network
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene

PLACES = ("AWS::EC2::Subnet", "AWS::EC2::VPC")


@pytest.mark.parametrize(("policy", "kept"), [(RemovalPolicy.RETAIN, "Retain"), (RemovalPolicy.DESTROY, "Delete")])
def test_a_network_of_the_stack_stays_with_a_cluster_that_stays(policy: RemovalPolicy, kept: str) -> None:
    """AWS deletes no subnet that a cluster has a network interface in, so that the deletion of the stack would fail."""
    scene = KnowledgeScene()
    defaults = HandlerDefaults(key=scene.key)
    placement = Network(scene.stack, "Network", endpoints=(), defaults=defaults).placement
    usual = {"key": scene.key, "embedding": scene.embedding, "defaults": defaults}
    AuroraVectorStore(scene.stack, "Store", placement=placement, removal_policy=policy, **usual)
    resources = scene.template["Resources"].values()
    places = [found.get("DeletionPolicy", "Delete") for found in resources if found["Type"] in PLACES]
    assert places == [kept] * 3
    assert {"DeletionPolicy" in found for found in resources if found["Type"] == "AWS::EC2::VPCEndpoint"} == {False}
