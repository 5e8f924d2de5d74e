import json
from typing import Any

import pytest
from aws_cdk import RemovalPolicy

from ml_constructs.bedrock.opensearch_policies import READ_AND_WRITE, CollectionSecurity, index_access
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene

ROLE = "arn:aws:iam::111122223333:role/base"


@pytest.fixture(scope="module")
def scene() -> KnowledgeScene:
    return KnowledgeScene("A-Stack-With-Quite-A-Long-Name")


@pytest.fixture(scope="module")
def security(scene: KnowledgeScene) -> CollectionSecurity:
    return CollectionSecurity(scene.stack, "Security", collection="handbook", key=scene.key, removal_policy=RemovalPolicy.RETAIN)


@pytest.fixture(scope="module")
def access(scene: KnowledgeScene, security: CollectionSecurity) -> Any:
    return index_access(scene.stack, "Access", collection="handbook", prefix="chunks-", principal_arn=ROLE, permissions=READ_AND_WRITE)


@pytest.fixture(scope="module")
def policies(scene: KnowledgeScene, security: CollectionSecurity, access: Any) -> dict[str, Any]:
    return {name: scene.properties(found) for name, found in (("e", security.encryption), ("n", security.network), ("a", access))}


def test_the_collection_is_encrypted_with_the_key(scene: KnowledgeScene, policies: dict[str, Any]) -> None:
    text = "".join(
        part if isinstance(part, str) else json.dumps(part)[1:-1].replace('"', "'") for part in policies["e"]["Policy"]["Fn::Join"][1]
    )
    document = json.loads(text)
    assert document["AWSOwnedKey"] is False
    assert "Fn::GetAtt" in document["KmsARN"]
    assert document["Rules"] == [{"ResourceType": "collection", "Resource": ["collection/handbook"]}]


def test_no_network_reaches_the_collection_and_aws_services_do(policies: dict[str, Any]) -> None:
    (document,) = json.loads(policies["n"]["Policy"])
    assert document["AllowFromPublic"] is False
    assert document["SourceServices"] == ["aoss.amazonaws.com", "bedrock.amazonaws.com"]
    assert "SourceVPCEs" not in document
    assert document["Rules"] == [{"ResourceType": "collection", "Resource": ["collection/handbook"]}]


def test_one_identity_reads_and_writes_the_indexes_of_one_collection(policies: dict[str, Any]) -> None:
    (document,) = json.loads(policies["a"]["Policy"])
    assert document["Principal"] == [ROLE]
    (rule,) = document["Rules"]
    assert (rule["ResourceType"], rule["Resource"]) == ("index", ["index/handbook/chunks-*"])
    assert rule["Permission"] == ["aoss:DescribeIndex", "aoss:ReadDocument", "aoss:WriteDocument"]


def test_policies_are_of_their_kind_and_named_within_32_characters(policies: dict[str, Any]) -> None:
    assert [policies[name]["Type"] for name in "ena"] == ["encryption", "network", "data"]
    starts = [policies[name]["Name"]["Fn::Join"][1][0] for name in "ena"]
    assert len(set(starts)) == 3
    assert {len(start) + 8 for start in starts} == {32}


def test_policies_last_as_long_as_the_collection(scene: KnowledgeScene, security: CollectionSecurity, policies: dict[str, Any]) -> None:
    assert {scene.resource(policy)["DeletionPolicy"] for policy in (security.encryption, security.network)} == {"Retain"}
