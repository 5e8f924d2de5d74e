import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.knowledge_base_rag_settings import KnowledgeBaseRagSettings

OPENSEARCH = {"vector_store": "opensearch-serverless"}
PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0"
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XyZ"
TENANTS = {"tenancy": {"enabled": True}, "auth": "cognito"}


def read(**settings: Any) -> KnowledgeBaseRagSettings:
    return KnowledgeBaseRagSettings.model_validate(settings)


def conflicts(compliance: str = "baseline", network: Any = "own", **settings: Any) -> dict[str, str]:
    found = read(**settings).conflicts(compliance=compliance, network=network)
    return {".".join(location): message for location, message in found}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vector_store": "kendra"}, "'s3-vectors', 'opensearch-serverless' or 'aurora-pgvector'"),
        ({"retrieval": {"search": "hybrid"}}, "retrieval.search must be semantic when vector_store is s3-vectors, got hybrid"),
        (
            {"tenancy": {"enabled": True}},
            "auth must be cognito when tenancy.enabled is true, because only its tokens name a tenant, got iam",
        ),
        (
            {**TENANTS, **OPENSEARCH, "sources": ({"type": "web", "urls": ("https://example.com",)},)},
            "sources must be of type s3 or custom when tenancy.enabled is true, because others belong to no tenant, got web",
        ),
        (
            {**TENANTS, "users": {"pool_arn": POOL}},
            "users.client_ids must name a client at least when tenancy.enabled is true and users.pool_arn is given, because",
        ),
        ({**TENANTS, "users": {"client_ids": ("app",)}}, "users.client_ids must be left out unless users.pool_arn is given"),
        ({"users": {"pool_arn": POOL, "client_ids": ("app", "web")}}, "and auth is cognito, because only tokens of a pool"),
        ({"limits": {"question_characters": 1001}}, "max_question_characters must be at most 1000 with contextual grounding"),
        ({**OPENSEARCH, "sources": ({"type": "custom"},) * 5}, "at most 4"),
        (
            {"sources": ({"type": "web", "urls": ("https://example.com",)},)},
            "sources must be of type custom, s3 when vector_store is s3-vectors, got web",
        ),
        (
            {"chunking": {"strategy": "fixed", "max_tokens": 8192}},
            "tokens with a vector when vector_store is s3-vectors, got 8192",
        ),
        ({"chunking": {"strategy": "sentences"}}, "'fixed', 'hierarchical', 'semantic', 'none'"),
        ({"modell": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


def test_the_defaults_conflict_with_nothing() -> None:
    for compliance in ("baseline", "hipaa", "pci", "gdpr", "fedramp"):
        assert conflicts(compliance) == {}


def test_a_profile_that_takes_text_to_other_regions_has_to_be_allowed() -> None:
    told = conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"})
    assert told == {
        "generation.model": "eu.amazon.nova-pro-v1:0 takes text to other regions; allowed: with data_may_move_to eu, got none",
    }
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="us") != {}
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="eu") == {}
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="global") == {}
    assert conflicts(generation={"model": "global.anthropic.claude-haiku-4-5-20251001-v1:0"}, data_may_move_to="eu") != {}


def test_the_arn_of_a_profile_takes_text_elsewhere_as_its_id_does() -> None:
    parsing = {"strategy": "foundation-model", "model": PROFILE}
    assert conflicts(parsing=parsing)["parsing.model"].startswith(f"{PROFILE} takes text to other regions")
    assert conflicts(parsing=parsing, data_may_move_to="eu") == {}


def test_data_automation_takes_documents_to_other_regions_and_has_to_be_allowed() -> None:
    told = conflicts(parsing={"strategy": "data-automation"})
    assert list(told) == ["parsing.strategy"]
    assert told["parsing.strategy"].endswith("allowed: with data_may_move_to the geography of the region, got none")
    assert conflicts(parsing={"strategy": "data-automation"}, data_may_move_to="eu") == {}


def test_longer_questions_are_taken_where_answers_are_not_compared_with_them() -> None:
    unchecked = {"grounding": None, "relevance": None}
    assert read(limits={"question_characters": 20_000}, guardrail=unchecked).options.max_question_characters == 20_000


def test_a_guardrail_that_works_across_regions_has_to_be_allowed() -> None:
    with pytest.raises(ValidationError, match=r"data_may_move_to must be one of us, eu, apac, us-gov when guardrail.tier is STANDARD"):
        read(guardrail={"tier": "STANDARD"})
    assert conflicts(guardrail={"tier": "STANDARD"}, data_may_move_to="eu") == {}


def test_a_compliance_profile_refuses_models_whose_data_policy_is_not_known() -> None:
    unknown = {"generation": {"model": "example.new-model-v1:0"}}
    assert conflicts(**unknown) == {}
    assert "compliance hipaa demands it" in conflicts("hipaa", **unknown)["generation.model"]
    assert set(conflicts("gdpr", retrieval={"rerank": {"model": "example.rerank-v9:0"}})) == {"retrieval.rerank.model"}


def test_a_database_needs_a_network() -> None:
    told = conflicts(network="none", vector_store="aurora-pgvector")
    assert told == {"vector_store": "aurora-pgvector is not allowed without a network; allowed: s3-vectors, opensearch-serverless"}
    assert conflicts(network="foundation", vector_store="aurora-pgvector") == {}


@pytest.mark.parametrize("network", ["none", "foundation"])
def test_a_private_api_needs_a_network_of_its_own(network: str) -> None:
    assert conflicts(network=network, api="private") == {"api": "private is not allowed unless network is own; allowed: regional"}
    assert conflicts(network="own", api="private") == {}


def test_without_tenants_users_of_all_clients_of_a_pool_may_ask() -> None:
    assert read(auth="cognito", users={"pool_arn": POOL}).options.allowed_clients == ()
