"""Retrieval as clients meet it."""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.stand_ins.bedrock_agent_runtime import stand_in
from tests.blueprints.local.knowledge import KEYS, MODEL, Knowledge

IMPLICIT = {"key": "k", "type": "STRING", "description": "d"}
RERANKER = {"modelConfiguration": {"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0"}}


def reranking(**rest: Any) -> dict[str, Any]:
    return {"rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": RERANKER | rest}}


@pytest.fixture
def base(knowledge: Knowledge) -> str:
    """A knowledge base of three documents of two tenants."""
    base = knowledge.base()
    knowledge.put("leave.txt", "annual leave is twenty five days", {"tenant": "north"})
    knowledge.put("bikes.txt", "bikes are kept in the cellar", {"tenant": "north"})
    knowledge.put("south.txt", "annual leave is thirty days", {"tenant": "south"})
    assert knowledge.ingest(knowledge.source(base))["status"] == "COMPLETE"
    return base


@pytest.fixture
def by_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reranks by the number of signs."""

    def ranked(_question: str, texts: Sequence[str]) -> list[tuple[int, float]]:
        return sorted(((place, float(len(text))) for place, text in enumerate(texts)), key=lambda each: -each[1])

    monkeypatch.setattr(stand_in, "ranked", ranked)


def texts(results: list[dict[str, Any]]) -> list[str]:
    return [result["content"]["text"] for result in results]


def test_the_nearest_chunks_come_first_with_where_they_are_from(knowledge: Knowledge, base: str) -> None:
    first, *_ = knowledge.retrieve(base, "Where are bikes kept?")
    assert first["content"] == {"type": "TEXT", "text": "bikes are kept in the cellar"}
    assert first["location"] == {"type": "S3", "s3Location": {"uri": "s3://documents/bikes.txt"}}
    assert first["metadata"]["tenant"] == "north"
    assert first["metadata"]["x-amz-bedrock-kb-source-uri"] == "s3://documents/bikes.txt"
    assert not {*first["metadata"]} & {*KEYS}
    assert 0.5 < first["score"] <= 1


def test_results_fall_in_likeness(knowledge: Knowledge, base: str) -> None:
    scores = [result["score"] for result in knowledge.retrieve(base, "annual leave days")]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3


def test_model_and_index_are_asked_with_the_role_of_the_knowledge_base(knowledge: Knowledge, base: str) -> None:
    knowledge.aws.assumed.clear()
    knowledge.model.asked.clear()
    knowledge.retrieve(base, "leave")
    assert [role for role, _ in knowledge.aws.assumed] == [knowledge.definition()["roleArn"]]
    assert knowledge.model.asked == [(MODEL, {"inputText": "leave", "dimensions": 256, "normalize": True})]


def test_no_more_come_than_asked_for(knowledge: Knowledge, base: str) -> None:
    assert len(knowledge.retrieve(base, "leave", numberOfResults=1)) == 1


def test_filters_leave_out_what_belongs_to_others(knowledge: Knowledge, base: str) -> None:
    mine = {"equals": {"key": "tenant", "value": "south"}}
    assert texts(knowledge.retrieve(base, "annual leave", filter=mine)) == ["annual leave is thirty days"]
    assert knowledge.retrieve(base, "annual leave", filter={"equals": {"key": "tenant", "value": "west"}}) == []


def test_children_come_back_as_their_parent_once(knowledge: Knowledge) -> None:
    levels = {"levelConfigurations": [{"maxTokens": 60}, {"maxTokens": 10}], "overlapTokens": 2}
    chunking = {"chunkingStrategy": "HIERARCHICAL", "hierarchicalChunkingConfiguration": levels}
    base = knowledge.base()
    whole = "bikes are kept in the cellar and " * 3 + "bikes are kept in the yard"
    knowledge.put("bikes.txt", whole)
    knowledge.ingest(knowledge.source(base, chunking=chunking))
    assert len(knowledge.stored()) > 2
    (result,) = knowledge.retrieve(base, "where are bikes kept", numberOfResults=10)
    assert result["content"]["text"] == whole


def test_pages_are_told_as_numbers(knowledge: Knowledge, base: str) -> None:
    (vector,) = [each for each in knowledge.stored() if "bikes" in each["metadata"]["AMAZON_BEDROCK_TEXT"]]
    vector["metadata"]["x-amz-bedrock-kb-document-page-number"] = 3
    knowledge.aws("s3vectors").put_vectors(indexArn=knowledge.index, vectors=[vector])
    assert knowledge.retrieve(base, "bikes")[0]["metadata"]["x-amz-bedrock-kb-document-page-number"] == 3.0


def test_results_are_reranked_and_cut(knowledge: Knowledge, base: str, by_length: None) -> None:
    found = knowledge.retrieve(base, "bikes", **reranking(numberOfRerankedResults=2))
    assert texts(found) == ["annual leave is twenty five days", "bikes are kept in the cellar"]
    assert [result["score"] for result in found] == [32.0, 28.0]
    assert knowledge.aws.called().count("Rerank") == 1


def test_nothing_is_reranked_when_nothing_is_found(knowledge: Knowledge, base: str) -> None:
    nobody = {"equals": {"key": "tenant", "value": "west"}}
    assert knowledge.retrieve(base, "bikes", filter=nobody, **reranking()) == []
    assert "Rerank" not in knowledge.aws.called()


def test_sources_are_reranked(knowledge: Knowledge, by_length: None) -> None:
    sources = [{"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}}} for text in ("a", "abc", "ab")]
    configuration = {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": RERANKER | {"numberOfResults": 2}}
    queries = [{"type": "TEXT", "textQuery": {"text": "q"}}]
    ask = knowledge.aws("bedrock-agent-runtime").rerank
    answer = ask(queries=queries, sources=sources, rerankingConfiguration=configuration)
    assert answer["results"] == [{"index": 1, "relevanceScore": 3.0}, {"index": 2, "relevanceScore": 2.0}]
    with pytest.raises(ClientError, match="must be at most the number of sources, 1, got 2"):
        ask(queries=queries, sources=sources[:1], rerankingConfiguration=configuration)


@pytest.mark.parametrize(
    ("operation", "code", "kept"),
    [
        ("InvokeModel", "AccessDeniedException", "AccessDeniedException"),
        ("QueryVectors", "AccessDeniedException", "AccessDeniedException"),
        ("Rerank", "ThrottlingException", "ThrottlingException"),
        ("InvokeModel", "ModelNotReadyException", "ValidationException"),
    ],
)
def test_what_the_role_meets_is_told(knowledge: Knowledge, base: str, operation: str, code: str, kept: str) -> None:
    knowledge.aws.refuse(operation, code, "no")
    with pytest.raises(ClientError, match="no") as refusal:
        knowledge.retrieve(base, "bikes", **reranking())
    assert refusal.value.response["Error"]["Code"] == kept


@pytest.mark.parametrize(
    ("question", "search", "problem"),
    [
        (" ", {}, "must not be empty"),
        ("a", {"numberOfResults": 101}, "Member must be less than or equal to 100"),
        ("a", {"overrideSearchType": "HYBRID"}, "HYBRID search type is not supported for search operation on index passages"),
        ("a", {"filter": {"startsWith": {"key": "k", "value": "v"}}}, "The filter startsWith is not supported"),
        (
            "a",
            {
                "implicitFilterConfiguration": {
                    "metadataAttributes": [{"key": "k", "type": "STRING", "description": "d"}],
                    "modelArn": MODEL,
                }
            },
            "does nothing about implicitFilterConfiguration",
        ),
    ],
)
def test_other_questions_are_refused(knowledge: Knowledge, question: str, search: dict[str, Any], problem: str) -> None:
    with pytest.raises(ClientError, match=problem):
        knowledge.retrieve(knowledge.base(), question, **search)


@pytest.mark.parametrize("length", [20_000, 20_001])
def test_questions_have_a_largest_length(knowledge: Knowledge, length: int) -> None:
    base = knowledge.base()
    if length > 20_000:
        with pytest.raises(ClientError, match="20000"):
            knowledge.retrieve(base, "a" * length)
    else:
        assert knowledge.retrieve(base, "a" * length) == []


def test_a_knowledge_base_has_to_exist(knowledge: Knowledge) -> None:
    with pytest.raises(knowledge.aws("bedrock-agent-runtime").exceptions.ResourceNotFoundException, match="ABCDEFGHIJ"):
        knowledge.retrieve("ABCDEFGHIJ", "a")


def test_other_stores_are_not_searched(knowledge: Knowledge) -> None:
    place = {
        "collectionArn": "arn:aws:aoss:us-east-1:123456789012:collection/c",
        "vectorIndexName": "i",
        "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
    }
    base = knowledge.base(storageConfiguration={"type": "OPENSEARCH_SERVERLESS", "opensearchServerlessConfiguration": place})
    with pytest.raises(ClientError, match="searches no vector store of the type OPENSEARCH_SERVERLESS") as refusal:
        knowledge.retrieve(base, "a")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
