from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.models import invocation_arns
from ml_constructs.bedrock.parsing import ContextEnrichment, DataAutomationParsing, FoundationModelParsing

NOVA = "amazon.nova-lite-v1:0"


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return cdk.Stack()


def model_of(stack: cdk.Stack, parsing: FoundationModelParsing) -> Any:
    rendered = stack.resolve(parsing.render(stack))
    assert rendered["parsingStrategy"] == "BEDROCK_FOUNDATION_MODEL"
    return rendered["bedrockFoundationModelConfiguration"]


def test_a_model_reads_text_in_aws_own_words(stack: cdk.Stack) -> None:
    assert model_of(stack, FoundationModelParsing(model=NOVA)) == {"modelArn": stack.resolve(invocation_arns(stack, NOVA)[0])}


def test_a_model_reads_figures_as_it_is_told(stack: cdk.Stack) -> None:
    parsing = FoundationModelParsing(model=f"us.{NOVA}", prompt="Read", multimodal=True)
    assert model_of(stack, parsing) == {
        "modelArn": stack.resolve(invocation_arns(stack, f"us.{NOVA}")[0]),
        "parsingModality": "MULTIMODAL",
        "parsingPrompt": {"parsingPromptText": "Read"},
    }


@pytest.mark.parametrize("length", [0, 10_001])
def test_a_prompt_that_bedrock_does_not_take_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"characters of prompt must be from 1 to 10000, got {length}"):
        FoundationModelParsing(model=NOVA, prompt="x" * length)


def test_data_automation_reads_figures(stack: cdk.Stack) -> None:
    expected = {"bedrockDataAutomationConfiguration": {"parsingModality": "MULTIMODAL"}, "parsingStrategy": "BEDROCK_DATA_AUTOMATION"}
    assert stack.resolve(DataAutomationParsing().render(stack)) == expected
    assert DataAutomationParsing().multimodal


def test_a_model_takes_entities_out_of_chunks(stack: cdk.Stack) -> None:
    rendered = stack.resolve(ContextEnrichment(model=NOVA).render(stack))
    assert rendered["type"] == "BEDROCK_FOUNDATION_MODEL"
    assert rendered["bedrockFoundationModelConfiguration"] == {
        "enrichmentStrategyConfiguration": {"method": "CHUNK_ENTITY_EXTRACTION"},
        "modelArn": stack.resolve(invocation_arns(stack, NOVA)[0]),
    }
