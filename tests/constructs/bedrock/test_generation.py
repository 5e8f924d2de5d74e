from typing import Any

import pytest

from ml_constructs.bedrock.generation import Generation

NOVA = "amazon.nova-lite-v1:0"


def test_answers_are_short_likely_and_uncached_by_default() -> None:
    generation = Generation(model_id=NOVA)
    assert (generation.max_output_tokens, generation.temperature) == (1024, 0)
    assert (generation.instructions, generation.prompt_caching) == ("", False)


@pytest.mark.parametrize("model_id", ["eu.amazon.nova-lite-v1:0", "somebody.new-model-v9:0"])
def test_profiles_and_models_that_are_not_listed_are_taken(model_id: str) -> None:
    assert Generation(model_id=model_id, prompt_caching=True).model_id == model_id


def test_the_widest_values_are_taken() -> None:
    generation = Generation(model_id=NOVA, max_output_tokens=32768, temperature=1, instructions="é" * 1000)
    assert generation.temperature == 1


def test_a_temperature_can_be_left_to_the_model() -> None:
    assert Generation(model_id=NOVA, temperature=None).temperature is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"max_output_tokens": 0}, "max_output_tokens must be from 1 to 32768, got 0"),
        ({"max_output_tokens": 32769}, "max_output_tokens must be from 1 to 32768, got 32769"),
        ({"temperature": -0.1}, r"temperature must be from 0 to 1, got -0\.1"),
        ({"temperature": 1.1}, r"temperature must be from 0 to 1, got 1\.1"),
        ({"instructions": "é" * 1001}, "instructions must have at most 2000 bytes in UTF-8, got 2002"),
        ({"model_id": "amazon.titan-embed-text-v2:0"}, "model_id must be a text model that Converse serves, got 'amazon.titan-embed"),
        ({"model_id": "amazon.rerank-v1:0"}, "model_id must be a text model that Converse serves, got 'amazon.rerank"),
    ],
)
def test_values_that_bedrock_or_lambda_would_refuse_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Generation(**{"model_id": NOVA, **wrong})


def test_a_cache_that_the_model_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="prompt_caching must be off for a model without a cache, got 'meta"):
        Generation(model_id="meta.llama3-3-70b-instruct-v1:0", prompt_caching=True)
