"""An ingestion brings the index up to date."""

import json
from typing import Any

import pytest

from blueprints.local.stand_ins.bedrock_agent import documents
from tests.blueprints.local.knowledge import Knowledge

LONG = " ".join(f"word{number}" for number in range(60))


@pytest.fixture
def source(knowledge: Knowledge) -> dict[str, str]:
    return knowledge.source(knowledge.base())


def test_documents_become_vectors_with_what_bedrock_says_of_them(knowledge: Knowledge, source: dict[str, str]) -> None:
    uri = knowledge.put("a.txt", "Leave is 25 days.", {"tenant": "north", "year": 2024, "tags": ["a"]})
    assert knowledge.counts(source) == {"DocumentsScanned": 1, "MetadataDocumentsScanned": 1, "NewDocumentsIndexed": 1}
    (vector,) = knowledge.stored()
    assert vector["metadata"] == {
        "tenant": "north",
        "year": 2024,
        "tags": ["a"],
        "x-amz-bedrock-kb-source-uri": uri,
        "x-amz-bedrock-kb-chunk-id": vector["key"],
        "x-amz-bedrock-kb-data-source-id": source["dataSourceId"],
        "AMAZON_BEDROCK_TEXT": "Leave is 25 days.",
        "AMAZON_BEDROCK_METADATA": json.dumps({"source": {"sourceLocation": uri, "sourceType": "S3"}}),
    }
    assert knowledge.statuses(source) == {uri: ("INDEXED", "")}


def test_all_of_it_is_done_with_the_role_of_the_knowledge_base(knowledge: Knowledge, source: dict[str, str]) -> None:
    knowledge.put("a.txt", "a")
    knowledge.aws.assumed.clear()
    knowledge.ingest(source)
    assert {role for role, _ in knowledge.aws.assumed} == {knowledge.definition()["roleArn"]}


def test_the_model_is_asked_for_each_chunk(knowledge: Knowledge, source: dict[str, str]) -> None:
    knowledge.put("a.txt", LONG)
    knowledge.ingest(source)
    asked = {body["inputText"] for _, body in knowledge.model.asked}
    assert asked == {vector["metadata"]["AMAZON_BEDROCK_TEXT"] for vector in knowledge.stored()}
    assert len(asked) > 3


def test_attributes_may_be_embedded_with_the_text(knowledge: Knowledge, source: dict[str, str]) -> None:
    topic = {"value": {"type": "STRING", "stringValue": "leave"}, "includeForEmbedding": True}
    knowledge.put("a.txt", "25 days", {"topic": topic})
    knowledge.ingest(source)
    assert knowledge.model.asked[0][1]["inputText"] == "topic: leave\n25 days"
    assert knowledge.stored()[0]["metadata"]["AMAZON_BEDROCK_TEXT"] == "25 days"


def test_parents_are_kept_beside_their_children(knowledge: Knowledge) -> None:
    levels = {"levelConfigurations": [{"maxTokens": 60}, {"maxTokens": 20}], "overlapTokens": 2}
    chunking = {"chunkingStrategy": "HIERARCHICAL", "hierarchicalChunkingConfiguration": levels}
    source = knowledge.source(knowledge.base(), chunking=chunking)
    knowledge.put("a.txt", LONG)
    knowledge.ingest(source)
    for vector in knowledge.stored():
        assert vector["metadata"]["AMAZON_BEDROCK_TEXT"] in json.loads(vector["metadata"]["AMAZON_BEDROCK_METADATA"])["parentText"]


def test_only_what_changed_is_done_again(knowledge: Knowledge, source: dict[str, str]) -> None:
    knowledge.put("same.txt", "same")
    knowledge.put("changed.txt", "before")
    knowledge.put("gone.txt", "gone")
    knowledge.put("labelled.txt", "label", {"tenant": "north"})
    knowledge.ingest(source)
    knowledge.model.asked.clear()
    knowledge.put("changed.txt", "after")
    knowledge.put("labelled.txt", "label", {"tenant": "south"})
    knowledge.aws("s3").delete_object(Bucket="documents", Key="gone.txt")
    assert knowledge.counts(source) == {
        "DocumentsScanned": 3,
        "MetadataDocumentsScanned": 1,
        "ModifiedDocumentsIndexed": 1,
        "MetadataDocumentsModified": 1,
        "DocumentsDeleted": 1,
    }
    assert sorted(body["inputText"] for _, body in knowledge.model.asked) == ["after", "label"]
    found = {vector["metadata"]["AMAZON_BEDROCK_TEXT"]: vector["metadata"].get("tenant") for vector in knowledge.stored()}
    assert found == {"same": None, "after": None, "label": "south"}
    assert knowledge.counts(source) == {"DocumentsScanned": 3, "MetadataDocumentsScanned": 1}


def test_a_document_that_got_shorter_leaves_nothing_behind(knowledge: Knowledge, source: dict[str, str]) -> None:
    knowledge.put("a.txt", LONG)
    knowledge.ingest(source)
    knowledge.put("a.txt", "short")
    knowledge.ingest(source)
    assert [vector["metadata"]["AMAZON_BEDROCK_TEXT"] for vector in knowledge.stored()] == ["short"]


def test_only_the_prefixes_of_the_source_are_read(knowledge: Knowledge) -> None:
    place = {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::documents", "inclusionPrefixes": ["in/"]}}
    source = knowledge.source(knowledge.base(), dataSourceConfiguration=place)
    uri = knowledge.put("in/a.txt", "a")
    knowledge.put("out/b.txt", "b")
    knowledge.put("in/", "")
    assert knowledge.counts(source) == {"DocumentsScanned": 1, "NewDocumentsIndexed": 1}
    assert list(knowledge.statuses(source)) == [uri]


@pytest.mark.parametrize(
    ("key", "content", "attributes", "status", "reason"),
    [
        ("a.zip", b"PK", None, "IGNORED", "Ignored 1 files as their file format was not supported."),
        ("a.txt", b"\xff", None, "FAILED", "the file is not encoded in UTF-8"),
        ("a.txt", b"a", {"tenant": None}, "FAILED", "the attribute tenant must be a string, a number, a boolean or a list of strings"),
        ("a.txt", b"a", {"text": "x" * 10_964}, "FAILED", "the metadata file has 11000 bytes, which is more than 10240"),
    ],
)
def test_documents_that_fail_are_told_and_tried_again(
    knowledge: Knowledge, source: dict[str, str], key: str, content: bytes, attributes: dict[str, Any] | None, status: str, reason: str
) -> None:
    good, bad = knowledge.put("good.txt", "good"), knowledge.put(key, content, attributes)
    job = knowledge.ingest(source)
    assert (job["status"], job["statistics"]["numberOfDocumentsFailed"], job["statistics"]["numberOfNewDocumentsIndexed"]) == (
        "COMPLETE",
        1,
        1,
    )
    assert job["failureReasons"] == [
        f"Encountered error: {reason} [Files: {bad}]. Call to Amazon Bedrock Knowledge Bases did not succeed for this file."
    ]
    assert knowledge.statuses(source) == {good: ("INDEXED", ""), bad: (status, reason)}
    assert knowledge.ingest(source)["statistics"]["numberOfDocumentsFailed"] == 1


def test_large_documents_are_ignored(knowledge: Knowledge, source: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 3)
    uri = knowledge.put("a.txt", "four")
    knowledge.ingest(source)
    assert knowledge.statuses(source) == {uri: ("IGNORED", "Ignored 1 files as they were larger than 3 bytes.")}


def test_text_does_not_fit_into_an_index_that_filters_by_everything(knowledge: Knowledge) -> None:
    knowledge.index = knowledge.make_index("filterable", keys=[])
    source = knowledge.source(knowledge.base(), chunking={"chunkingStrategy": "NONE"})
    uri = knowledge.put("a.txt", LONG * 6)
    knowledge.ingest(source)
    ((status, reason),) = knowledge.statuses(source).values()
    assert (status, "Filterable metadata must have at most 2048 bytes" in reason, knowledge.stored()) == ("FAILED", True, [])
    assert uri in knowledge.statuses(source)


@pytest.mark.parametrize("operation", ["InvokeModel", "PutVectors"])
def test_without_its_rights_the_job_fails(knowledge: Knowledge, source: dict[str, str], operation: str) -> None:
    knowledge.put("a.txt", "a")
    knowledge.aws.refuse(operation, message=f"not authorized to perform: {operation}")
    job = knowledge.ingest(source)
    assert (job["status"], job["failureReasons"]) == ("FAILED", [f"Encountered error: not authorized to perform: {operation}"])
    knowledge.aws.refused.clear()
    assert knowledge.counts(source) == {"DocumentsScanned": 1, "NewDocumentsIndexed": 1}


def test_a_bucket_that_is_gone_fails_the_job(knowledge: Knowledge, source: dict[str, str]) -> None:
    knowledge.aws("s3").delete_bucket(Bucket="documents")
    job = knowledge.ingest(source)
    assert job["status"] == "FAILED"
    assert "bucket does not exist" in job["failureReasons"][0]


@pytest.mark.parametrize(
    ("changes", "steps", "problem"),
    [
        (
            {"dataSourceConfiguration": {"type": "WEB", "webConfiguration": {"sourceConfiguration": {"urlConfiguration": {}}}}},
            None,
            "a data source of the type WEB",
        ),
        ({}, {"parsingConfiguration": {"parsingStrategy": "BEDROCK_DATA_AUTOMATION"}}, "what parsingConfiguration asks for"),
    ],
)
def test_what_nobody_can_do_here_fails_the_job(
    knowledge: Knowledge, changes: dict[str, Any], steps: dict[str, Any] | None, problem: str
) -> None:
    source = knowledge.source(knowledge.base(), steps=steps, **changes)
    job = knowledge.ingest(source)
    assert (job["status"], job["failureReasons"]) == ("FAILED", [f"Encountered error: the embedded AWS has no program for {problem}"])
