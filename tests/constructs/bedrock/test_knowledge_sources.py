from typing import Any, ClassVar

import pytest

from ml_constructs.bedrock.chunking import NoChunking
from ml_constructs.bedrock.knowledge_sources import CustomSource, KnowledgeSource, S3Source
from ml_constructs.bedrock.parsing import ContextEnrichment, DataAutomationParsing, FoundationModelParsing
from ml_constructs.foundation.roles import service_role
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene

NOVA = "amazon.nova-lite-v1:0"


class TextSource(KnowledgeSource):
    """A source of text only."""

    kind: ClassVar[str] = "TEXT"
    text_only: ClassVar[bool] = True


@pytest.fixture(scope="module")
def scene() -> KnowledgeScene:
    return KnowledgeScene()


def test_documents_are_cut_into_300_tokens_and_read_by_bedrock_itself(scene: KnowledgeScene) -> None:
    rendered = scene.stack.resolve(CustomSource().ingestion(scene.stack))
    assert set(rendered) == {"chunkingConfiguration"}
    assert rendered["chunkingConfiguration"]["fixedSizeChunkingConfiguration"]["maxTokens"] == 300


def test_documents_are_read_cut_and_enriched_as_asked_for(scene: KnowledgeScene) -> None:
    source = CustomSource(chunking=NoChunking(), parsing=FoundationModelParsing(model=NOVA), enrichment=ContextEnrichment(model=NOVA))
    rendered = scene.stack.resolve(source.ingestion(scene.stack))
    assert rendered["chunkingConfiguration"] == {"chunkingStrategy": "NONE"}
    assert rendered["parsingConfiguration"]["parsingStrategy"] == "BEDROCK_FOUNDATION_MODEL"
    assert rendered["contextEnrichmentConfiguration"]["type"] == "BEDROCK_FOUNDATION_MODEL"


def test_documents_are_taken_from_a_whole_bucket(scene: KnowledgeScene) -> None:
    rendered = scene.stack.resolve(S3Source(scene.bucket).configuration())
    assert rendered == {"type": "S3", "s3Configuration": {"bucketArn": scene.stack.resolve(scene.bucket.bucket_arn)}}


def test_documents_are_taken_from_below_a_prefix(scene: KnowledgeScene) -> None:
    rendered = scene.stack.resolve(S3Source(scene.bucket, ("handbook/",)).configuration())
    assert rendered["s3Configuration"]["inclusionPrefixes"] == ["handbook/"]


@pytest.mark.parametrize(("prefixes", "keys"), [((), "/*"), (("handbook/",), "/handbook/*")])
def test_a_role_lists_the_bucket_and_reads_what_is_taken(prefixes: tuple[str, ...], keys: str) -> None:
    scene = KnowledgeScene()
    role = service_role(scene.stack, "Role", service="bedrock.amazonaws.com")
    S3Source(scene.bucket, prefixes).grant_reading(role)
    bucket = scene.stack.resolve(scene.bucket.bucket_arn)
    assert scene.allowed(role, "s3:ListBucket") == [bucket]
    assert scene.allowed(role, "s3:GetObject") == [{"Fn::Join": ["", [bucket, keys]]}]
    assert scene.allowed(role, "kms:Decrypt") == [scene.stack.resolve(scene.key.key_arn)]


def test_documents_that_are_handed_over_need_no_permission_and_no_place(scene: KnowledgeScene) -> None:
    role = service_role(scene.stack, "Role", service="bedrock.amazonaws.com")
    CustomSource().grant_reading(role)
    assert scene.stack.resolve(CustomSource().configuration()) == {"type": "CUSTOM"}
    assert role.node.try_find_child("DefaultPolicy") is None


@pytest.mark.parametrize(
    ("prefixes", "message"),
    [
        (("a/", "b/"), "prefixes must be at most one, got a/, b/"),
        (("",), "characters of a prefix must be from 1 to 300, got 0"),
        (("x" * 301,), "characters of a prefix must be from 1 to 300, got 301"),
    ],
)
def test_prefixes_that_bedrock_does_not_take_are_refused(scene: KnowledgeScene, prefixes: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        S3Source(scene.bucket, prefixes)


@pytest.mark.parametrize("parsing", [None, FoundationModelParsing(model=NOVA)])
def test_a_source_of_text_is_read_as_text(parsing: Any) -> None:
    assert TextSource(parsing=parsing).parsing is parsing


@pytest.mark.parametrize("parsing", [DataAutomationParsing(), FoundationModelParsing(model=NOVA, multimodal=True)])
def test_a_source_of_text_has_no_figures(parsing: Any) -> None:
    with pytest.raises(ValueError, match="parsing must be left out or read text only for TEXT"):
        TextSource(parsing=parsing)
