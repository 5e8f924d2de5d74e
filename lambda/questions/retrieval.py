"""Finds the passages that a question is answered from.

Retrieval and generation are two calls, not RetrieveAndGenerate: that one can't carry the condition by which the role allows the model with
the guardrail only, and has no prompt caching.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from questions.attempts import attempted
from questions.callers import Caller
from questions.clients import client
from questions.deadlines import Deadline
from questions.errors import NoTenant
from questions.runtime import logger
from questions.settings import Settings
from questions.shapes import items, number, part, text

READ_SECONDS = 12
LONGEST_QUERY = 20_000
"""In characters; https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_KnowledgeBaseQuery.html"""
LONGEST_SOURCES = 100_000
"""Of all passages together, in characters: as much as contextual grounding looks at.

https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
"""
PAGE = "x-amz-bedrock-kb-document-page-number"
SOURCE = "x-amz-bedrock-kb-source-uri"
_ADDRESSES = ("uri", "url", "id")


@dataclass(frozen=True)
class Passage:
    """A part of a document.

    Args:
        text: What it says.
        source: The document's address.
        score: How well it fits, as the store or the reranking model sees it.
        page: The page of the document that it begins on, if that is known.
    """

    text: str
    source: str
    score: float | None = None
    page: int | None = None


def retrieve(query: str, caller: Caller, settings: Settings, deadline: Deadline) -> tuple[Passage, ...]:
    """The passages for ``query`` that the caller may see, the best first."""
    request = retrieve_request(query, caller, settings)
    found = attempted(lambda seconds: client("bedrock-agent-runtime", seconds).retrieve(**request), deadline, READ_SECONDS)
    passages: list[Passage] = []
    for result in items(found, "retrievalResults"):
        passage = _passage(result)
        if passage is None or _is_foreign(result, caller, settings):
            continue
        if sum(len(taken.text) for taken in passages) + len(passage.text) > LONGEST_SOURCES:
            break
        passages.append(passage)
    return tuple(passages[: settings.passages])


def retrieve_request(query: str, caller: Caller, settings: Settings) -> dict[str, Any]:
    """The parameters of Retrieve.

    Raises:
        NoTenant: With tenancy, a caller without a tenant: there is no request without a filter then.
    """
    search: dict[str, Any] = {
        "numberOfResults": settings.candidates if settings.rerank_model_arn else settings.passages,
        "overrideSearchType": settings.search_type,
    }
    if settings.tenancy:
        if not caller.tenant:
            raise NoTenant("NO_TENANT", "The token names no tenant.")
        search["filter"] = {"equals": {"key": settings.tenant_attribute, "value": caller.tenant}}
    if settings.rerank_model_arn:
        search["rerankingConfiguration"] = {
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {
                "modelConfiguration": {"modelArn": settings.rerank_model_arn},
                "numberOfRerankedResults": settings.passages,
            },
        }
    return {
        "knowledgeBaseId": settings.knowledge_base_id,
        "retrievalQuery": {"text": query[-LONGEST_QUERY:]},
        "retrievalConfiguration": {"vectorSearchConfiguration": search},
    }


def _is_foreign(result: Any, caller: Caller, settings: Settings) -> bool:
    """Whether a store that overlooked the filter returned a passage of another tenant, or of nobody."""
    metadata = part(result, "metadata")
    foreign = settings.tenancy and metadata.get(settings.tenant_attribute) != caller.tenant
    if foreign:
        logger.error("a passage of another tenant was returned, and left out")
    return foreign


def _passage(result: Any) -> Passage | None:
    """The passage of a result, if it has text."""
    said = text(part(result, "content"), "text")
    page = number(part(result, "metadata"), PAGE)
    if not said.strip():
        return None
    source = _source(part(result, "location")) or text(part(result, "metadata"), SOURCE)
    return Passage(said, source, number(result, "score"), None if page is None else int(page))


def _source(location: Mapping[str, Any]) -> str:
    """The address in a location, whose member is named after its type: ``s3Location``, ``webLocation`` and so on."""
    addresses = (text(place, name) for place in location.values() for name in _ADDRESSES)
    return next(filter(None, addresses), "")
