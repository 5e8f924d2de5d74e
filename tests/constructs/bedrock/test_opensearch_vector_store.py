from dataclasses import dataclass

import pytest
from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam

from blueprints.checks.rules.graph import dependencies
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.opensearch_capacity import ScaleToZero
from ml_constructs.bedrock.opensearch_vector_store import INDEXES, OpenSearchVectorStore
from ml_constructs.bedrock.vector_store import EVERY_SOURCE
from ml_constructs.foundation.roles import service_role
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene

DEPLOYER = "arn:aws:iam::111122223333:role/deployer"


@dataclass
class Stores:
    scene: KnowledgeScene
    default: OpenSearchVectorStore
    idle: OpenSearchVectorStore
    single: OpenSearchVectorStore
    revised: OpenSearchVectorStore
    role: iam.Role


@pytest.fixture(scope="module")
def stores() -> Stores:
    scene = KnowledgeScene()
    stack, key, titan = scene.stack, scene.key, scene.embedding
    role = service_role(stack, "Role", service="bedrock.amazonaws.com")
    default = OpenSearchVectorStore(stack, "Usual", key=key, embedding=titan)
    default.grant_access(role)
    idle = OpenSearchVectorStore(stack, "Idle", key=key, embedding=titan, scale_to_zero=ScaleToZero(max_capacity_units=2))
    single = OpenSearchVectorStore(
        stack,
        "Single",
        key=key,
        embedding=Embedding(dimensions=256),
        standby_replicas=False,
        deployment_role_arn=DEPLOYER,
        removal_policy=RemovalPolicy.DESTROY,
    )
    revised = OpenSearchVectorStore(stack, "Revised", key=key, embedding=titan, revision="chunks of 500")
    return Stores(scene, default, idle, single, revised, role)


def test_the_collection_searches_vectors_in_two_zones_and_is_kept(stores: Stores) -> None:
    properties = stores.scene.properties(stores.default.collection)
    assert (properties["Type"], properties["StandbyReplicas"], properties["DeletionProtection"]) == ("VECTORSEARCH", "ENABLED", "ENABLED")
    assert "CollectionGroupName" not in properties
    for resource in (stores.default.collection, stores.default.index, stores.default.security.encryption):
        assert stores.scene.resource(resource)["DeletionPolicy"] == "Retain"


def test_a_collection_for_trying_out_does_without_a_second_zone_and_goes(stores: Stores) -> None:
    properties = stores.scene.properties(stores.single.collection)
    assert (properties["StandbyReplicas"], properties["DeletionProtection"]) == ("DISABLED", "DISABLED")
    for resource in (stores.single.collection, stores.single.index, stores.single.security.network):
        assert stores.scene.resource(resource)["DeletionPolicy"] == "Delete"


def test_a_collection_that_scales_to_zero_is_in_a_group_that_is_kept_with_it(stores: Stores) -> None:
    assert stores.idle.group is not None
    group = stores.scene.resource(stores.idle.group)
    assert group["Properties"]["CapacityLimits"]["MaxSearchCapacityInOcu"] == 2
    assert group["DeletionPolicy"] == "Retain"
    collection = stores.scene.resource(stores.idle.collection)
    assert collection["Properties"]["CollectionGroupName"] == group["Properties"]["Name"]
    assert stores.scene.logical_id(stores.idle.group) in collection["DependsOn"]
    method = stores.scene.properties(stores.idle.index)["Mappings"]["Properties"]["embedding"]["Method"]
    assert method == {"Name": "hnsw"}


def test_policies_come_before_the_collection_and_the_collection_before_its_index(stores: Stores) -> None:
    # The minutes that a collection takes are those that a policy takes: awslabs/generative-ai-cdk-constructs#322
    collection = dependencies(stores.scene.template, stores.scene.logical_id(stores.default.collection))
    resources = stores.scene.template["Resources"]
    own = [
        name
        for name, found in resources.items()
        if found["Type"] in ("AWS::OpenSearchServerless::AccessPolicy", "AWS::OpenSearchServerless::SecurityPolicy")
    ]
    before = [name for name in own if name.startswith("Usual")]
    assert len(before) == 4
    assert set(before) <= collection
    index = dependencies(stores.scene.template, stores.scene.logical_id(stores.default.index))
    assert {stores.scene.logical_id(stores.default.collection), *before} <= index


def test_the_identity_that_deploys_may_make_and_delete_the_index(stores: Stores) -> None:
    # awslabs/generative-ai-cdk-constructs#1134 and #891
    resources = stores.scene.template["Resources"].values()
    managing = [
        str(found["Properties"]["Policy"])
        for found in resources
        if found["Type"] == "AWS::OpenSearchServerless::AccessPolicy" and "aoss:DeleteIndex" in str(found["Properties"]["Policy"])
    ]
    assert len(managing) == 4
    assert sum(DEPLOYER in policy for policy in managing) == 1
    assert sum(":role/cdk-hnb659fds-cfn-exec-role-" in policy for policy in managing) == 3
    assert all("aoss:CreateIndex" in policy and "aoss:WriteDocument" not in policy for policy in managing)


def test_a_role_gets_to_the_documents_of_one_collection(stores: Stores) -> None:
    (statement,) = stores.scene.statements(stores.role)
    assert statement["Action"] == "aoss:APIAccessAll"
    assert statement["Resource"] == stores.scene.stack.resolve(stores.default.collection.attr_arn)
    role = stores.scene.stack.resolve(stores.role.role_arn)
    (policy,) = [
        str(found["Properties"]["Policy"])
        for found in stores.scene.template["Resources"].values()
        if found["Type"] == "AWS::OpenSearchServerless::AccessPolicy" and str(role) in str(found["Properties"]["Policy"])
    ]
    assert "aoss:ReadDocument" in policy
    assert "aoss:CreateIndex" not in policy
    assert f"index/{stores.scene.stack.resolve(stores.default.collection_name)['Fn::Join'][1][0]}" in policy


def test_another_index_meets_policies_that_are_in_force() -> None:
    """CloudFormation makes the new index as soon as its policy is there, which is minutes before that one counts."""

    def policies(revision: str) -> list[str]:
        scene = KnowledgeScene()
        store = OpenSearchVectorStore(scene.stack, "Store", key=scene.key, embedding=scene.embedding, revision=revision)
        store.grant_access(service_role(scene.stack, "Role", service="bedrock.amazonaws.com"))
        assert store.index_name.startswith(INDEXES)
        resources = scene.template["Resources"].values()
        return [str(found["Properties"]) for found in resources if found["Type"] == "AWS::OpenSearchServerless::AccessPolicy"]

    assert len(policies("")) == 2
    assert policies("") == policies("chunks of 500")


def test_a_knowledge_base_waits_for_the_index_and_finds_it(stores: Stores) -> None:
    assert stores.default.ready == [stores.default.index]
    found = stores.scene.stack.resolve(stores.default.storage)["opensearchServerlessConfiguration"]
    assert found["vectorIndexName"] == stores.scene.properties(stores.default.index)["IndexName"]
    assert found["collectionArn"] == stores.scene.stack.resolve(stores.default.collection.attr_arn)


def test_names_follow_what_forces_a_replacement(stores: Stores) -> None:
    # aws-samples/bedrock-chat#822 and awslabs/generative-ai-cdk-constructs#1114
    all_stores = (stores.default, stores.idle, stores.single, stores.revised)
    names = [str(stores.scene.properties(store.collection)["Name"]) for store in all_stores]
    assert len(set(names)) == 4
    assert all("AWS::StackId" in name for name in names)
    assert stores.default.index_name != stores.revised.index_name
    assert stores.default.index_name != stores.single.index_name
    assert stores.default.index_name == stores.idle.index_name
    assert len({store.identity for store in all_stores}) == 4


def test_it_is_searched_by_words_as_well_and_takes_every_source(stores: Stores) -> None:
    stores.default.check_search_type("HYBRID")
    assert stores.default.source_types == EVERY_SOURCE


def test_it_does_not_scale_to_zero_without_a_second_zone(stores: Stores) -> None:
    with pytest.raises(ValueError, match="standby_replicas must be True when scale_to_zero is set, got False"):
        OpenSearchVectorStore(
            stores.scene.stack,
            "Refused",
            key=stores.scene.key,
            embedding=stores.scene.embedding,
            standby_replicas=False,
            scale_to_zero=ScaleToZero(),
        )


def test_binary_vectors_are_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="data_type must be one of FLOAT32 for OpenSearch Serverless, got 'BINARY'"):
        OpenSearchVectorStore(stores.scene.stack, "Binary", key=stores.scene.key, embedding=Embedding(data_type="BINARY"))
