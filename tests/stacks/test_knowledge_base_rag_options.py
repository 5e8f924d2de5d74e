from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.application_sources import ConfluenceSource, SalesforceSource, SharePointSource
from ml_constructs.bedrock.chunking import FixedChunking, HierarchicalChunking, NoChunking, SemanticChunking
from ml_constructs.bedrock.knowledge_sources import CustomSource, S3Source
from ml_constructs.bedrock.parsing import DataAutomationParsing, FoundationModelParsing
from ml_constructs.bedrock.web_source import WebSource
from stacks.knowledge_base_rag_answers import GuardrailSettings
from stacks.knowledge_base_rag_options import chunking_of, hours, parsing_of, policy_of, revision_of, source_of
from stacks.knowledge_base_rag_passages import ParsingSettings
from stacks.knowledge_base_rag_settings import KnowledgeBaseRagSettings

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:crawler-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
INGESTION = {"chunking": FixedChunking(max_tokens=200)}


def read(**settings: Any) -> KnowledgeBaseRagSettings:
    return KnowledgeBaseRagSettings.model_validate({"vector_store": "opensearch-serverless", **settings})


def source(**settings: Any) -> Any:
    (read_source,) = read(sources=(settings,)).sources
    return source_of(cdk.Stack(), 1, read_source, INGESTION)


@pytest.mark.parametrize(
    ("settings", "chunking"),
    [
        ({"strategy": "fixed", "max_tokens": 100, "overlap_percent": 10}, FixedChunking(max_tokens=100, overlap_percent=10)),
        ({"strategy": "hierarchical", "child_tokens": 200}, HierarchicalChunking(child_tokens=200)),
        ({"strategy": "semantic", "buffer_size": 1}, SemanticChunking(buffer_size=1)),
        ({"strategy": "none"}, NoChunking()),
    ],
)
def test_chunking_is_that_of_the_settings(settings: dict[str, Any], chunking: Any) -> None:
    assert chunking_of(read(chunking=settings).chunking) == chunking


def test_documents_are_read_by_bedrock_itself_by_a_model_or_by_data_automation() -> None:
    assert parsing_of(ParsingSettings()) is None
    assert isinstance(parsing_of(ParsingSettings(strategy="data-automation")), DataAutomationParsing)
    model = ParsingSettings(strategy="foundation-model", model="amazon.nova-pro-v1:0", prompt="Read.")
    assert parsing_of(model) == FoundationModelParsing(model="amazon.nova-pro-v1:0", prompt="Read.")


def revision(**settings: Any) -> str:
    found = read(**settings)
    return revision_of(chunking=found.chunking, parsing=found.parsing, embedding=found.embedding, number=found.revision)


def test_passages_of_another_way_are_another_revision() -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"revision": 1},
        {"chunking": {"strategy": "fixed", "max_tokens": 200}},
        {"parsing": {"strategy": "data-automation"}},
        {"embedding": {"model": "cohere.embed-english-v3"}},
        {"embedding": {"dimensions": 512}},
    ]
    revisions = [revision(**way) for way in ways]
    assert revisions[0] == ""
    assert len(set(revisions)) == len(ways)
    assert revision(revision=1) == revisions[1]


def test_a_guardrail_enforces_what_the_settings_say() -> None:
    settings = GuardrailSettings(content="LOW", prompt_attacks="MEDIUM", words=("x",), grounding=None, relevance=0.3, message="No.")
    policy = policy_of(settings, geography="none")
    strengths = {each.kind: each.input_strength for each in policy.filters}
    assert strengths.pop("PROMPT_ATTACK") == "MEDIUM"
    assert set(strengths.values()) == {"LOW"}
    assert len(strengths) == 5
    assert policy.grounding is not None
    assert (policy.grounding.grounding, policy.grounding.relevance) == (None, 0.3)
    assert (policy.words, policy.input_message, policy.output_message, policy.geography) == (("x",), "No.", "No.", None)


def test_a_guardrail_may_leave_grounding_unchecked_and_work_across_regions() -> None:
    policy = policy_of(GuardrailSettings(grounding=None, relevance=None, tier="STANDARD"), geography="eu")
    assert (policy.grounding, policy.tier, policy.geography) == (None, "STANDARD", "eu")


@pytest.mark.parametrize(
    ("kind", "settings", "made"),
    [
        ("web", {"urls": ("https://example.com/handbook",), "pages_per_minute": 7}, WebSource),
        ("confluence", {"url": "https://example.atlassian.net", "secret_arn": SECRET}, ConfluenceSource),
        (
            "sharepoint",
            {
                "domain": "example",
                "site_urls": ("https://example.sharepoint.com/sites/hr",),
                "tenant_id": "01234567-89ab-cdef-0123-456789abcdef",
                "secret_arn": SECRET,
            },
            SharePointSource,
        ),
        ("salesforce", {"url": "https://example.my.salesforce.com", "secret_arn": SECRET}, SalesforceSource),
        ("custom", {}, CustomSource),
    ],
)
def test_every_source_is_made_and_cut_alike(kind: str, settings: dict[str, Any], made: type) -> None:
    found = source(type=kind, **settings)
    assert type(found) is made
    assert found.chunking == INGESTION["chunking"]


def test_a_web_source_keeps_to_its_rate() -> None:
    assert source(type="web", urls=("https://example.com/handbook",), pages_per_minute=7).rate_limit == 7


def test_a_bucket_may_have_a_prefix_and_a_key() -> None:
    plain = source(type="s3", bucket="policies")
    assert isinstance(plain, S3Source)
    assert (plain.bucket.bucket_name, plain.prefixes, plain.bucket.encryption_key) == ("policies", (), None)
    closed = source(type="s3", bucket="policies", prefix="published/", key_arn=KEY)
    assert (closed.prefixes, closed.bucket.encryption_key.key_arn) == (("published/",), KEY)


def test_no_hours_are_no_time() -> None:
    assert hours(0) is None
    assert hours(3) is not None
