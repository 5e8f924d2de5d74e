"""Turns the settings of a knowledge base into what the constructs take."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from ml_constructs.bedrock.application_sources import ConfluenceSource, SalesforceSource, SharePointSource
from ml_constructs.bedrock.chunking import Chunking, FixedChunking, HierarchicalChunking, NoChunking, SemanticChunking
from ml_constructs.bedrock.guardrail_filters import ContentFilter, Grounding, Topic
from ml_constructs.bedrock.guardrail_policy import GuardrailPolicy, default_filters
from ml_constructs.bedrock.guardrail_privacy import PersonalData
from ml_constructs.bedrock.knowledge_sources import CustomSource, KnowledgeSource, S3Source
from ml_constructs.bedrock.parsing import DataAutomationParsing, FoundationModelParsing, Parsing
from ml_constructs.bedrock.web_source import WebSource
from stacks.knowledge_base_rag_answers import GuardrailSettings
from stacks.knowledge_base_rag_passages import ChunkingSettings, EmbeddingSettings, FixedChunkingSettings, ParsingSettings
from stacks.knowledge_base_rag_sources import (
    ConfluenceSourceSettings,
    S3SourceSettings,
    SalesforceSourceSettings,
    SharePointSourceSettings,
    SourceSettings,
    WebSourceSettings,
)

PROMPT_ATTACK = "PROMPT_ATTACK"
_CHUNKING: Mapping[str, type[Chunking]] = {
    "fixed": FixedChunking,
    "hierarchical": HierarchicalChunking,
    "semantic": SemanticChunking,
    "none": NoChunking,
}


def chunking_of(settings: ChunkingSettings) -> Chunking:
    """How documents are cut."""
    return _CHUNKING[settings.strategy](**settings.model_dump(exclude={"strategy"}))


def parsing_of(settings: ParsingSettings) -> Parsing | None:
    """What reads documents; nothing where Bedrock's own parser does."""
    if settings.strategy == "data-automation":
        return DataAutomationParsing()
    return FoundationModelParsing(model=settings.model, prompt=settings.prompt) if settings.model else None


def revision_of(*, chunking: ChunkingSettings, parsing: ParsingSettings, embedding: EmbeddingSettings, number: int) -> str:
    """Stands for how passages and their vectors come about, so that those of another way begin anew; empty for the defaults.

    Args:
        chunking: How documents are cut.
        parsing: How they are read.
        embedding: What makes vectors; those of another model are of no use beside them, even where they are as long.
        number: Counts further new beginnings.
    """
    if (chunking, parsing, embedding, number) == (FixedChunkingSettings(), ParsingSettings(), EmbeddingSettings(), 0):
        return ""
    told = [*(way.model_dump_json() for way in (chunking, parsing, embedding)), str(number)]
    return hashlib.sha256("".join(told).encode()).hexdigest()[:8]


def policy_of(settings: GuardrailSettings, *, geography: str) -> GuardrailPolicy:
    """What a guardrail enforces.

    Args:
        settings: Of the guardrail.
        geography: Where text may be taken; only the standard tier does.
    """
    filters = [each for each in default_filters(settings.content) if each.kind != PROMPT_ATTACK]
    checked = settings.grounding is not None or settings.relevance is not None
    return GuardrailPolicy(
        filters=(*filters, ContentFilter(kind=PROMPT_ATTACK, input_strength=settings.prompt_attacks)),
        topics=tuple(Topic(**topic.model_dump()) for topic in settings.topics),
        words=settings.words,
        profanity=settings.profanity,
        personal_data=tuple(PersonalData(**kind.model_dump()) for kind in settings.personal_data),
        grounding=Grounding(grounding=settings.grounding, relevance=settings.relevance) if checked else None,
        tier=settings.tier,
        geography=geography if settings.tier == "STANDARD" else None,
        input_message=settings.message,
        output_message=settings.message,
    )


def source_of(scope: Construct, number: int, settings: SourceSettings, ingestion: Mapping[str, Any]) -> KnowledgeSource:
    """One source of documents.

    Args:
        scope: Where what stands already is known.
        number: Of the source, from 1.
        settings: Of the source.
        ingestion: What happens to documents, from all sources alike.
    """
    make: Mapping[type, Callable[..., KnowledgeSource]] = {
        S3SourceSettings: _bucket,
        WebSourceSettings: _web,
        ConfluenceSourceSettings: _confluence,
        SharePointSourceSettings: _share_point,
        SalesforceSourceSettings: _salesforce,
    }
    if type(settings) not in make:
        return CustomSource(**ingestion)
    return make[type(settings)](scope, number, settings, ingestion)


def _bucket(scope: Construct, number: int, settings: S3SourceSettings, ingestion: Mapping[str, Any]) -> S3Source:
    key = kms.Key.from_key_arn(scope, f"SourceKey{number}", settings.key_arn) if settings.key_arn else None
    bucket = s3.Bucket.from_bucket_attributes(scope, f"SourceBucket{number}", bucket_name=settings.bucket, encryption_key=key)
    return S3Source(bucket=bucket, prefixes=(settings.prefix,) if settings.prefix else (), **ingestion)


def _web(_scope: Construct, _number: int, settings: WebSourceSettings, ingestion: Mapping[str, Any]) -> WebSource:
    given = settings.model_dump(exclude={"type", "pages_per_minute"})
    return WebSource(**given, rate_limit=settings.pages_per_minute, **ingestion)


def _confluence(scope: Construct, number: int, settings: ConfluenceSourceSettings, ingestion: Mapping[str, Any]) -> ConfluenceSource:
    given = settings.model_dump(include={"url", "authentication"})
    return ConfluenceSource(**given, credentials=_secret(scope, number, settings.secret_arn), **ingestion)


def _share_point(scope: Construct, number: int, settings: SharePointSourceSettings, ingestion: Mapping[str, Any]) -> SharePointSource:
    given = settings.model_dump(include={"domain", "site_urls", "tenant_id"})
    return SharePointSource(**given, credentials=_secret(scope, number, settings.secret_arn), **ingestion)


def _salesforce(scope: Construct, number: int, settings: SalesforceSourceSettings, ingestion: Mapping[str, Any]) -> SalesforceSource:
    return SalesforceSource(url=settings.url, credentials=_secret(scope, number, settings.secret_arn), **ingestion)


def _secret(scope: Construct, number: int, arn: str) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_complete_arn(scope, f"SourceSecret{number}", arn)


def hours(number: int) -> cdk.Duration | None:
    """A time in hours; none for 0."""
    return cdk.Duration.hours(number) if number else None
