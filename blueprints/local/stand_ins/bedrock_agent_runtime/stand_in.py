"""Retrieval from Amazon Bedrock Knowledge Bases: the question's vector, the nearest chunks, and their order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local import constraints
from blueprints.local.bedrock.embedding import Embedding
from blueprints.local.bedrock.knowledge_bases import acting_as, index_of
from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.bedrock_agent.ingestion import METADATA, PAGE_NUMBER, SOURCE_URI, TEXT
from blueprints.local.stand_ins.bedrock_agent_runtime.filters import translated
from blueprints.local.stand_ins.bedrock_agent_runtime.reranking import ranked, text_of, with_metadata

Request = Mapping[str, Any]
Answer = dict[str, Any]
DEFAULT_RESULTS = 5


class BedrockAgentRuntimeStandIn:
    """Answers ``Retrieve`` and ``Rerank``; whoever reranks, the order is that of MiniLM's cosine similarity over the whole text.

    Follows https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Retrieve.html and _Rerank.html there.
    """

    name = "MiniLM retrieval"
    service = "bedrock-agent-runtime"

    def __init__(self) -> None:
        self._answers: Mapping[str, Callable[[Request, ClientFactory], Answer]] = {"Retrieve": _retrieve, "Rerank": _rerank}

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> Answer:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that Agents for Amazon Bedrock declares for the operation.
        """
        constraints.check(self.service, operation, request)
        return self._answers[operation](request, aws)


def _retrieve(request: Request, aws: ClientFactory) -> Answer:
    question = _question(request)
    base = _knowledge_base(request, aws)
    search = (request.get("retrievalConfiguration") or {}).get("vectorSearchConfiguration") or {}
    _check_search(base, search, request)
    role = acting_as(base, aws)
    try:
        results = [_result(vector) for vector in _nearest(question, base, search, role)]
        return {"retrievalResults": _reranked(question, _with_parents(results), search.get("rerankingConfiguration"), role)}
    except ClientError as error:
        details, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        kept = details["Code"] in ("AccessDeniedException", "NotImplemented", "ThrottlingException")
        raise StandInError(details["Code"] if kept else "ValidationException", details["Message"], status if kept else 400) from error


def _question(request: Request) -> str:
    question = request["retrievalQuery"].get("text") or ""
    if not question.strip():
        raise _invalid("The text of the query must not be empty.")
    return question


def _knowledge_base(request: Request, aws: ClientFactory) -> Request:
    client = aws("bedrock-agent")
    try:
        found: Request = client.get_knowledge_base(knowledgeBaseId=request["knowledgeBaseId"])["knowledgeBase"]
    except client.exceptions.ResourceNotFoundException as error:
        raise StandInError("ResourceNotFoundException", error.response["Error"]["Message"], 404) from error
    return found


def _check_search(base: Request, search: Request, request: Request) -> None:
    store = base["storageConfiguration"]["type"]
    if store != "S3_VECTORS":
        raise StandInError("NotImplemented", f"the embedded AWS searches no vector store of the type {store}", 501)
    if search.get("overrideSearchType") == "HYBRID":
        index = next(reversed(index_of(base).values())).rpartition("/")[2]
        message = f"HYBRID search type is not supported for search operation on index {index}."
        raise _invalid(f"{message} Retry your request with a different search type.")
    for name, holder in (("implicitFilterConfiguration", search), ("guardrailConfiguration", request)):
        if name in holder:
            raise StandInError("NotImplemented", f"the embedded AWS does nothing about {name} of Retrieve", 501)


def _nearest(question: str, base: Request, search: Request, role: ClientFactory) -> list[dict[str, Any]]:
    """Asks the embedding model and the index, both with the rights of the knowledge base's role."""
    row = Embedding.of(base).vector(question, role, query=True)
    wanted = {"filter": translated(search["filter"])} if "filter" in search else {}
    answer = role("s3vectors").query_vectors(
        **index_of(base),
        topK=search.get("numberOfResults", DEFAULT_RESULTS),
        queryVector={"float32": row},
        returnMetadata=True,
        returnDistance=True,
        **wanted,
    )
    metric = answer["distanceMetric"]
    return [{**vector, "score": _score(metric, vector["distance"])} for vector in answer["vectors"]]


def _score(metric: str, distance: float) -> float:
    return 1 - distance if metric == "cosine" else 1 / (1 + distance)


def _result(vector: Request) -> dict[str, Any]:
    metadata = dict(vector["metadata"])
    text, origin = metadata.pop(TEXT, ""), json.loads(metadata.pop(METADATA, "{}"))
    if PAGE_NUMBER in metadata:
        metadata[PAGE_NUMBER] = float(metadata[PAGE_NUMBER])
    return {
        "content": {"type": "TEXT", "text": origin.get("parentText", text)},
        "location": {"type": "S3", "s3Location": {"uri": metadata.get(SOURCE_URI, "")}},
        "metadata": metadata,
        "score": vector["score"],
    }


def _with_parents(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns each text of a document once, at the place of its best match: children of the same parent come back as one."""
    first = {(result["location"]["s3Location"]["uri"], result["content"]["text"]): result for result in reversed(results)}
    return sorted(first.values(), key=lambda result: -result["score"])


def _reranked(question: str, results: list[dict[str, Any]], asked: Request | None, role: ClientFactory) -> list[dict[str, Any]]:
    """Puts the results in the order of ``Rerank``, which the knowledge base's role has to be allowed."""
    if asked is None or not results:
        return results
    configuration = asked["bedrockRerankingConfiguration"]
    texts = [with_metadata(result, configuration) for result in results]
    most = min(configuration.get("numberOfRerankedResults", len(results)), len(results))
    model = {"modelConfiguration": configuration["modelConfiguration"], "numberOfResults": most}
    answer = role("bedrock-agent-runtime").rerank(
        queries=[{"type": "TEXT", "textQuery": {"text": question}}],
        sources=[{"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}}} for text in texts],
        rerankingConfiguration={"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": model},
    )
    return [{**results[row["index"]], "score": row["relevanceScore"]} for row in answer["results"]]


def _rerank(request: Request, _aws: ClientFactory) -> Answer:
    question = request["queries"][0]["textQuery"]["text"]
    texts = [text_of(source["inlineDocumentSource"]) for source in request["sources"]]
    most = request["rerankingConfiguration"]["bedrockRerankingConfiguration"].get("numberOfResults", len(texts))
    if most > len(texts):
        raise _invalid(f"numberOfResults must be at most the number of sources, {len(texts)}, got {most}.")
    return {"results": [{"index": place, "relevanceScore": score} for place, score in ranked(question, texts)[:most]]}


def _invalid(message: str) -> StandInError:
    return StandInError("ValidationException", message)
