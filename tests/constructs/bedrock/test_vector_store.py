from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.chunking import FixedChunking, HierarchicalChunking, NoChunking
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.knowledge_sources import CustomSource
from ml_constructs.bedrock.parsing import ContextEnrichment
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.bedrock.web_source import WebSource
from ml_constructs.foundation.roles import service_role

STACK = cdk.Stack()
EMBEDDING = Embedding()


class OwnStore(VectorStore):
    """A store of one's own."""

    title = "Own"
    max_dimensions = 1024
    max_stored_tokens = 2000


class GraphStore(OwnStore):
    """One that keeps entities."""

    graph = True


@pytest.fixture(scope="module")
def store() -> OwnStore:
    return OwnStore(STACK, "Store", embedding=EMBEDDING)


def test_nothing_has_to_stand_before_a_knowledge_base_by_default(store: OwnStore) -> None:
    assert store.ready == []


@pytest.mark.parametrize("chunking", [None, NoChunking(), FixedChunking(max_tokens=2000), HierarchicalChunking(parent_tokens=1700)])
def test_vectors_that_it_is_made_for_are_taken(store: OwnStore, chunking: Any) -> None:
    store.check(EMBEDDING, chunking)


def test_vectors_of_another_kind_are_refused(store: OwnStore) -> None:
    with pytest.raises(ValueError, match=r"embedding must be that of Own, .*dimensions=1024.*, got .*dimensions=512"):
        store.check(replace(EMBEDDING, dimensions=512))


@pytest.mark.parametrize(
    ("chunking", "tokens"),
    [(HierarchicalChunking(parent_tokens=1701), 2001), (FixedChunking(max_tokens=2001), 2001)],
    ids=["parent", "chunk"],
)
def test_chunks_that_do_not_fit_beside_a_vector_are_refused(store: OwnStore, chunking: Any, tokens: int) -> None:
    message = f"a chunk and its parent must have at most 2000 tokens together for Own, which stores both with every vector, got {tokens}"
    with pytest.raises(ValueError, match=message):
        store.check(EMBEDDING, chunking)


@pytest.mark.parametrize(
    ("embedding", "message"),
    [
        (replace(EMBEDDING, data_type="BINARY"), "data_type must be one of FLOAT32 for Own, got 'BINARY'"),
        (Embedding(model="acme.embed", dimensions=1025), "dimensions must be at most 1024 for Own, got 1025"),
    ],
    ids=["type", "length"],
)
def test_vectors_that_it_cannot_hold_are_refused_at_once(embedding: Embedding, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OwnStore(STACK, f"Refused{embedding.dimensions}", embedding=embedding)


def test_a_way_to_search_that_it_does_not_offer_is_refused(store: OwnStore) -> None:
    store.check_search_type("SEMANTIC")
    with pytest.raises(ValueError, match="search_type must be one of SEMANTIC for Own, got 'HYBRID'"):
        store.check_search_type("HYBRID")


def test_sources_that_aws_does_not_offer_for_it_are_refused(store: OwnStore) -> None:
    store.check_source(CustomSource())
    with pytest.raises(ValueError, match="a source must be one of CUSTOM, S3 for Own, got WEB"):
        store.check_source(WebSource(("https://example.com/",)))


def test_entities_are_taken_where_a_graph_is_kept(store: OwnStore) -> None:
    enriched = CustomSource(enrichment=ContextEnrichment(model="amazon.nova-lite-v1:0"))
    GraphStore(STACK, "Graph", embedding=EMBEDDING).check_source(enriched)
    with pytest.raises(ValueError, match=r"enrichment must be left out for Own, which keeps no graph, got 'amazon\.nova-lite-v1:0'"):
        store.check_source(enriched)


def test_a_store_has_to_say_how_it_is_reached(store: OwnStore) -> None:
    with pytest.raises(NotImplementedError):
        store.grant_access(service_role(STACK, "Role", service="bedrock.amazonaws.com"))
