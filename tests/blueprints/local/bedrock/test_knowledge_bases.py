"""Knowledge bases and data sources are kept, and checked when they are made."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.bedrock.knowledge_bases import index_of
from tests.blueprints.local.knowledge import ROLE, SMALL, Knowledge


def test_a_knowledge_base_comes_back_as_it_was_made(knowledge: Knowledge) -> None:
    base = knowledge.base(description="d", tags={"team": "a"})
    told = knowledge.agent.get_knowledge_base(knowledgeBaseId=base)["knowledgeBase"]
    assert told["knowledgeBaseArn"] == f"arn:aws:bedrock:us-east-1:123456789012:knowledge-base/{base}"
    assert (told["status"], told["description"], told["roleArn"]) == ("ACTIVE", "d", ROLE)
    assert knowledge.agent.list_tags_for_resource(resourceArn=told["knowledgeBaseArn"])["tags"] == {"team": "a"}
    assert [each["name"] for each in knowledge.agent.list_knowledge_bases()["knowledgeBaseSummaries"]] == ["base"]


def test_its_role_is_assumed_to_look_at_the_index(knowledge: Knowledge) -> None:
    knowledge.base()
    assert knowledge.aws.assumed == [(ROLE, "bedrock-knowledge-base")]
    assert knowledge.aws.called()[-1] == "GetIndex"


def test_a_role_that_does_not_trust_bedrock_is_refused(knowledge: Knowledge) -> None:
    knowledge.trust("lambda.amazonaws.com", "Other")
    for name in ("Other", "None"):
        with pytest.raises(ClientError, match="unable to assume the given role"):
            knowledge.base(roleArn=ROLE.replace("Base", name))


def test_a_role_without_rights_on_the_index_is_refused(knowledge: Knowledge) -> None:
    knowledge.aws.refuse("GetIndex", message="not authorized to perform: s3vectors:GetIndex")
    with pytest.raises(ClientError, match=r"storage configuration provided is invalid.*s3vectors:GetIndex"):
        knowledge.base()


def test_vectors_have_to_fit_into_the_index(knowledge: Knowledge) -> None:
    knowledge.index = knowledge.make_index("longer", 512)
    with pytest.raises(ClientError, match="takes vectors of 512 dimensions, the embedding model gives 256"):
        knowledge.base()


def test_an_index_may_be_given_by_its_name() -> None:
    place = {"vectorBucketArn": "arn:aws:s3vectors:us-east-1:123456789012:bucket/vectors", "indexName": "passages"}
    base = {"storageConfiguration": {"s3VectorsConfiguration": place}}
    assert index_of(base) == {"vectorBucketName": "vectors", "indexName": "passages"}


def test_names_are_taken_once(knowledge: Knowledge) -> None:
    base = knowledge.base()
    knowledge.source(base)
    with pytest.raises(knowledge.agent.exceptions.ConflictException, match="KnowledgeBase with name base already exists"):
        knowledge.base()
    with pytest.raises(knowledge.agent.exceptions.ConflictException, match="DataSource with name source already exists"):
        knowledge.source(base)


def test_a_knowledge_base_changes_in_place(knowledge: Knowledge) -> None:
    base = knowledge.base()
    changes = {name: value for name, value in knowledge.definition(description="e").items() if name != "storageConfiguration"}
    knowledge.agent.update_knowledge_base(knowledgeBaseId=base, **changes)
    assert knowledge.agent.get_knowledge_base(knowledgeBaseId=base)["knowledgeBase"]["description"] == "e"


def test_a_data_source_comes_back_as_it_was_made_and_changes_in_place(knowledge: Knowledge) -> None:
    named = knowledge.source(knowledge.base())
    told = knowledge.agent.get_data_source(**named)["dataSource"]
    assert (told["status"], told["dataDeletionPolicy"]) == ("AVAILABLE", "RETAIN")
    place = told["dataSourceConfiguration"] | {
        "s3Configuration": {"bucketArn": "arn:aws:s3:::documents", "inclusionPrefixes": ["a/"]},
    }
    same = {"name": "other", "vectorIngestionConfiguration": {"chunkingConfiguration": SMALL}}
    knowledge.agent.update_data_source(**named, dataSourceConfiguration=place, **same)
    told = knowledge.agent.get_data_source(**named)["dataSource"]
    assert (told["name"], told["dataSourceConfiguration"]) == ("other", place)
    assert [
        each["name"] for each in knowledge.agent.list_data_sources(knowledgeBaseId=named["knowledgeBaseId"])["dataSourceSummaries"]
    ] == ["other"]


def test_chunking_stays_as_it_was(knowledge: Knowledge) -> None:
    named = knowledge.source(knowledge.base())
    place = {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::documents"}}
    with pytest.raises(ClientError, match="chunking configuration of a data source can't be changed"):
        knowledge.agent.update_data_source(**named, name="source", dataSourceConfiguration=place)


@pytest.mark.parametrize(("policy", "left"), [({}, 0), ({"dataDeletionPolicy": "RETAIN"}, 1)])
def test_vectors_go_with_their_source_unless_they_are_retained(knowledge: Knowledge, policy: dict[str, Any], left: int) -> None:
    named = knowledge.source(knowledge.base(), **({"dataDeletionPolicy": "DELETE"} | policy))
    knowledge.put("a.txt", "words")
    knowledge.ingest(named)
    assert knowledge.agent.delete_data_source(**named)["status"] == "DELETING"
    assert len(knowledge.stored()) == left


def test_vectors_are_deleted_with_their_source_unless_something_else_is_said(knowledge: Knowledge) -> None:
    base = knowledge.base()
    place = {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::documents"}}
    made = knowledge.agent.create_data_source(knowledgeBaseId=base, name="s", dataSourceConfiguration=place)["dataSource"]
    assert made["dataDeletionPolicy"] == "DELETE"


def test_a_source_whose_vectors_cannot_be_deleted_stays(knowledge: Knowledge) -> None:
    named = knowledge.source(knowledge.base(), dataDeletionPolicy="DELETE")
    knowledge.put("a.txt", "words")
    knowledge.ingest(named)
    knowledge.aws("s3vectors").delete_index(indexArn=knowledge.index)
    assert knowledge.agent.delete_data_source(**named)["status"] == "DELETE_UNSUCCESSFUL"
    told = knowledge.agent.get_data_source(**named)["dataSource"]
    assert (told["status"], told["failureReasons"]) == ("DELETE_UNSUCCESSFUL", ["The specified index could not be found"])


def test_sources_go_with_their_knowledge_base(knowledge: Knowledge) -> None:
    base = knowledge.base()
    named = knowledge.source(base)
    knowledge.agent.delete_knowledge_base(knowledgeBaseId=base)
    for ask in (lambda: knowledge.agent.get_knowledge_base(knowledgeBaseId=base), lambda: knowledge.agent.get_data_source(**named)):
        with pytest.raises(knowledge.agent.exceptions.ResourceNotFoundException, match=f"KnowledgeBase with id {base} does not exist"):
            ask()


def test_a_source_that_does_not_exist_is_not_found(knowledge: Knowledge) -> None:
    with pytest.raises(knowledge.agent.exceptions.ResourceNotFoundException, match="DataSource with id ABCDEFGHIJ"):
        knowledge.agent.get_data_source(knowledgeBaseId=knowledge.base(), dataSourceId="ABCDEFGHIJ")


def test_other_stores_are_kept_unchecked(knowledge: Knowledge) -> None:
    place = {
        "collectionArn": "arn:aws:aoss:us-east-1:123456789012:collection/c",
        "vectorIndexName": "i",
        "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
    }
    base = knowledge.base(storageConfiguration={"type": "OPENSEARCH_SERVERLESS", "opensearchServerlessConfiguration": place})
    assert knowledge.aws.assumed == []
    assert knowledge.agent.get_knowledge_base(knowledgeBaseId=base)["knowledgeBase"]["status"] == "ACTIVE"
