import pytest

from ml_constructs.bedrock.model_list import listed_on, model_data, model_facts, models, plain_id, profile_geography

TITAN = "amazon.titan-embed-text-v2:0"


def test_the_list_has_a_date_and_its_sources() -> None:
    assert listed_on() == "2026-11-20"
    assert all("https://" in source or "aws-cdk-lib" in source for source in model_data()["sources"].values())


def test_every_policy_names_the_page_of_aws_that_says_so() -> None:
    pages = {facts.data_policy.source for facts in models().values()}
    assert pages
    assert all(page.startswith("https://docs.aws.amazon.com/bedrock/") for page in pages)


def test_every_embedding_model_has_its_dimensions_and_data_types() -> None:
    embeddings = {facts.id: facts for facts in models().values() if facts.kind == "embedding"}
    assert len(embeddings) >= 8
    assert all(facts.dimensions and facts.data_types[-1] == "FLOAT32" for facts in embeddings.values())
    assert all(not facts.dimensions for facts in models().values() if facts.kind != "embedding")


@pytest.mark.parametrize(
    ("model", "dimensions", "data_types"),
    [
        (TITAN, (256, 512, 1024), ("BINARY", "FLOAT32")),
        ("amazon.titan-embed-text-v1", (1536,), ("FLOAT32",)),
        ("cohere.embed-multilingual-v3", (1024,), ("BINARY", "FLOAT32")),
        ("cohere.embed-v4:0", (256, 512, 1024, 1536), ("BINARY", "FLOAT32")),
        ("amazon.nova-2-multimodal-embeddings-v1:0", (256, 384, 1024, 3072), ("FLOAT32",)),
    ],
)
def test_embedding_models_offer_what_their_pages_say(model: str, dimensions: tuple[int, ...], data_types: tuple[str, ...]) -> None:
    facts = model_facts(model)
    assert facts is not None
    assert (facts.dimensions, facts.data_types) == (dimensions, data_types)


def test_rerankers_and_models_that_cache_prompts_are_known() -> None:
    assert {facts.id for facts in models().values() if facts.kind == "rerank"} == {"amazon.rerank-v1:0", "cohere.rerank-v3-5:0"}
    assert {facts.provider for facts in models().values() if facts.prompt_caching} == {"Amazon", "Anthropic"}


def test_what_nobody_says_stays_unknown() -> None:
    unsaid = {facts.id for facts in models().values() if facts.data_policy.provider_access is None}
    assert unsaid == {"anthropic.claude-fable-5", "anthropic.claude-fable-5-1"}
    assert all(facts.converse is None for facts in models().values() if facts.id.startswith("openai.gpt-6"))


@pytest.mark.parametrize("prefix", ["", "us.", "eu.", "apac.", "jp.", "au.", "us-gov.", "global."])
def test_a_model_is_found_by_its_id_and_by_those_of_its_profiles(prefix: str) -> None:
    facts = model_facts(f"{prefix}anthropic.claude-sonnet-5")
    assert facts is not None
    assert (facts.id, facts.provider, facts.prompt_caching, facts.profile_only) == ("anthropic.claude-sonnet-5", "Anthropic", True, True)
    assert facts.converse is True


def test_a_model_that_is_not_listed_has_no_facts() -> None:
    assert model_facts("somebody.new-model-v1:0") is None
    assert model_facts("mars.amazon.nova-lite-v1:0") is None


@pytest.mark.parametrize(("model", "geography"), [("eu.x.y", "eu"), ("global.x.y", "global"), (TITAN, None), ("deepseek.v3.2", None)])
def test_the_prefix_of_a_profile_says_where_prompts_may_go(model: str, geography: str | None) -> None:
    assert profile_geography(model) == geography
    assert plain_id(model) == ("x.y" if geography else model)
