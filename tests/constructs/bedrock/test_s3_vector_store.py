from dataclasses import dataclass

import pytest
from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam

from ml_constructs.bedrock.chunking import HierarchicalChunking
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.s3_vector_store import S3VectorStore
from ml_constructs.foundation.roles import service_role
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene


@dataclass
class Stores:
    scene: KnowledgeScene
    default: S3VectorStore
    small: S3VectorStore
    revised: S3VectorStore
    passing: S3VectorStore
    role: iam.Role


@pytest.fixture(scope="module")
def stores() -> Stores:
    scene = KnowledgeScene()
    stack, key, titan = scene.stack, scene.key, scene.embedding
    role = service_role(stack, "Role", service="bedrock.amazonaws.com")
    default = S3VectorStore(stack, "Default", key=key, embedding=titan)
    default.grant_access(role)
    small = S3VectorStore(stack, "Small", key=key, embedding=Embedding(dimensions=256))
    revised = S3VectorStore(stack, "Revised", key=key, embedding=titan, revision="chunks of 500")
    passing = S3VectorStore(stack, "Passing", key=key, embedding=titan, removal_policy=RemovalPolicy.DESTROY)
    return Stores(scene, default, small, revised, passing, role)


def test_the_index_holds_vectors_of_the_model_and_aws_names_it(stores: Stores) -> None:
    properties = stores.scene.properties(stores.default.index)
    assert "IndexName" not in properties
    assert (properties["DataType"], properties["Dimension"], properties["DistanceMetric"]) == ("float32", 1024, "cosine")
    assert stores.scene.properties(stores.small.index)["Dimension"] == 256
    bucket = stores.scene.logical_id(stores.default.bucket)
    assert properties["VectorBucketArn"] == {"Fn::GetAtt": [bucket, "VectorBucketArn"]}


def test_texts_of_bedrock_are_no_metadata_to_filter_by(stores: Stores) -> None:
    keys = stores.scene.properties(stores.default.index)["MetadataConfiguration"]["NonFilterableMetadataKeys"]
    assert sorted(keys) == ["AMAZON_BEDROCK_METADATA", "AMAZON_BEDROCK_TEXT"]


def test_bucket_and_index_are_encrypted_with_the_key(stores: Stores) -> None:
    expected = {"KmsKeyArn": stores.scene.stack.resolve(stores.scene.key.key_arn), "SseType": "aws:kms"}
    for resource in (stores.default.bucket, stores.default.index):
        assert stores.scene.properties(resource)["EncryptionConfiguration"] == expected
    assert "VectorBucketName" not in stores.scene.properties(stores.default.bucket)


def test_the_service_that_keeps_indexes_in_order_may_decrypt_for_this_account(stores: Stores) -> None:
    policy = stores.scene.properties(stores.scene.key)["KeyPolicy"]["Statement"]
    (statement,) = [found for found in policy if found["Principal"].get("Service") == "indexing.s3vectors.amazonaws.com"]
    assert statement["Action"] == "kms:Decrypt"
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert statement["Condition"]["ForAnyValue:StringEquals"] == {
        "kms:EncryptionContextKeys": ["aws:s3vectors:arn", "aws:s3vectors:resource-id"]
    }
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Join"][1][-1] == ":bucket/*"


def test_vectors_are_kept_or_go_with_the_stack(stores: Stores) -> None:
    for store, policy in ((stores.default, "Retain"), (stores.passing, "Delete")):
        for resource in (store.bucket, store.index):
            found = stores.scene.resource(resource)
            assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == (policy, policy)


def test_a_role_reads_and_writes_one_index_and_decrypts_through_it(stores: Stores) -> None:
    index, key = (stores.scene.stack.resolve(arn) for arn in (stores.default.index.attr_index_arn, stores.scene.key.key_arn))
    vectors, decryption = stores.scene.statements(stores.role)
    actions = ["DeleteVectors", "GetIndex", "GetVectors", "PutVectors", "QueryVectors"]
    assert (vectors["Action"], vectors["Resource"]) == ([f"s3vectors:{action}" for action in actions], index)
    assert (decryption["Action"], decryption["Resource"]) == ("kms:Decrypt", key)
    assert decryption["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Join"][1][0] == "s3vectors."


def test_a_knowledge_base_waits_for_the_index_and_finds_it(stores: Stores) -> None:
    assert stores.default.ready == [stores.default.index]
    storage = stores.scene.stack.resolve(stores.default.storage)
    assert storage["type"] == "S3_VECTORS"
    assert storage["s3VectorsConfiguration"] == {"indexArn": stores.scene.stack.resolve(stores.default.index.attr_index_arn)}


def test_what_replaces_the_index_changes_the_identity(stores: Stores) -> None:
    assert len({store.identity for store in (stores.default, stores.small, stores.revised)}) == 3
    assert stores.passing.identity == stores.default.identity


def test_another_revision_is_another_index(stores: Stores) -> None:
    assert stores.default.index.node.id == "Index"
    assert stores.revised.index.node.id not in (
        "Index",
        S3VectorStore(
            stores.scene.stack, "Again", key=stores.scene.key, embedding=stores.scene.embedding, revision="chunks of 600"
        ).index.node.id,
    )


def test_it_is_searched_by_meaning_alone(stores: Stores) -> None:
    with pytest.raises(ValueError, match="search_type must be one of SEMANTIC for S3 Vectors, got 'HYBRID'"):
        stores.default.check_search_type("HYBRID")


def test_parents_up_to_8000_tokens_with_their_children_fit(stores: Stores) -> None:
    embedding = stores.scene.embedding
    stores.default.check(embedding, HierarchicalChunking(parent_tokens=7700, child_tokens=300))
    with pytest.raises(ValueError, match="at most 8000 tokens together for S3 Vectors, which stores both with every vector, got 8001"):
        stores.default.check(embedding, HierarchicalChunking(parent_tokens=7701, child_tokens=300))


def test_binary_vectors_are_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="data_type must be one of FLOAT32 for S3 Vectors, got 'BINARY'"):
        S3VectorStore(stores.scene.stack, "Binary", key=stores.scene.key, embedding=Embedding(data_type="BINARY"))
