import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.knowledge_base_rag import KnowledgeBaseRagSettings
from stacks.knowledge_base_rag_settings import HierarchicalChunkingSettings, S3SourceSettings, WebSourceSettings

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:crawler-AbCdEf"
KINDS = {
    "s3": {"bucket": "policies"},
    "web": {"urls": ("https://example.com/handbook",)},
    "confluence": {"url": "https://example.atlassian.net", "secret_arn": SECRET},
    "sharepoint": {
        "domain": "example",
        "site_urls": ("https://example.sharepoint.com/sites/hr",),
        "tenant_id": "01234567-89ab-cdef-0123-456789abcdef",
        "secret_arn": SECRET,
    },
    "salesforce": {"url": "https://example.my.salesforce.com", "secret_arn": SECRET},
    "custom": {},
}


def read(**settings: Any) -> KnowledgeBaseRagSettings:
    return KnowledgeBaseRagSettings.model_validate({"vector_store": "opensearch-serverless", **settings})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_is_read_by_its_type(kind: str) -> None:
    (source,) = read(sources=({"type": kind, **KINDS[kind]},)).sources
    assert source.type == kind


def test_sources_keep_to_little_unless_told_otherwise() -> None:
    (web,) = read(sources=({"type": "web", **KINDS["web"]},)).sources
    assert isinstance(web, WebSourceSettings)
    assert (web.scope, web.pages_per_minute, web.max_pages) == ("HOST_ONLY", 60, 1000)
    (s3,) = read(sources=({"type": "s3", **KINDS["s3"]},)).sources
    assert isinstance(s3, S3SourceSettings)
    assert (s3.prefix, s3.key_arn) == (None, None)


def test_chunking_is_read_by_its_strategy() -> None:
    assert read().chunking.strategy == "fixed"
    assert read(chunking={"strategy": "none"}).chunking.strategy == "none"
    assert read(chunking={"strategy": "hierarchical", "child_tokens": 200}).chunking == HierarchicalChunkingSettings(
        strategy="hierarchical", child_tokens=200
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"opensearch": {"max_capacity_units": 0}}, "greater than or equal to 1"),
        ({"opensearch": {"scale_to_zero": True, "standby_replicas": False}}, "opensearch.standby_replicas must be true"),
        ({"opensearch": {"scale_to_zero": True, "max_capacity_units": 5}}, "must be 1, 2, 4, 8, 16 or a multiple of 16, got 5"),
        ({"aurora": {"min_capacity_units": 0.3}}, "multiple of 0.5"),
        ({"embedding": {"dimensions": 4097}}, "less than or equal to 4096"),
        ({"embedding": {"model": "titan embed"}}, "pattern"),
        ({"chunking": {"strategy": "fixed", "max_tokens": 8193}}, "less than or equal to 8192"),
        ({"chunking": {"strategy": "fixed", "overlap_percent": 100}}, "less than or equal to 99"),
        ({"chunking": {"strategy": "fixed", "child_tokens": 3}}, "Extra inputs are not permitted"),
        ({"chunking": {"strategy": "semantic", "breakpoint_percentile": 49}}, "greater than or equal to 50"),
        ({"chunking": {"strategy": "sentences"}}, "'fixed', 'hierarchical', 'semantic', 'none'"),
        ({"sources": ({"type": "web", "urls": ("ftp://example.com",)},)}, "pattern"),
        ({"sources": ({"type": "confluence", "url": "https://example.com", "secret_arn": "secret"},)}, "pattern"),
        ({"sources": ({"type": "custom"},) * 5}, "at most 4"),
        ({"retrieval": {"passages": 101}}, "less than or equal to 100"),
        ({"generation": {"temperature": 1.1}}, "less than or equal to 1"),
        ({"guardrail": {"grounding": 1.0}}, "less than or equal to 0.99"),
        ({"guardrail": {"topics": ({"name": "x", "definition": "y" * 201},)}}, "at most 200 characters"),
        ({"guardrail": {"content": "STRICT"}}, "'NONE', 'LOW', 'MEDIUM' or 'HIGH'"),
        ({"tenancy": {"claim": "sub"}}, "pattern"),
        ({"users": {"client_ids": ("an app",)}}, "pattern"),
        ({"users": {"client_ids": ("app",) * 21}}, "at most 20"),
        ({"sessions": {"turns": 21}}, "less than or equal to 20"),
        ({"cache": {"hours": 721}}, "less than or equal to 720"),
        ({"sync": {"debounce_seconds": 301}}, "less than or equal to 300"),
        ({"limits": {"question_characters": 20_001}}, "less than or equal to 20000"),
        ({"alarms": {"tokens_per_day": 999}}, "greater than or equal to 1000"),
    ],
)
def test_values_that_aws_does_not_take_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)
