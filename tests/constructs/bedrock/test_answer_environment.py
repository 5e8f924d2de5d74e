from dataclasses import replace

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb

from ml_constructs.bedrock.answer_environment import option_variables, table_variables
from ml_constructs.bedrock.answer_options import AnswerOptions, Generation, Retrieval, Sessions, Tenancy

OPTIONS = AnswerOptions(generation=Generation(model_id="amazon.nova-lite-v1:0"))


@pytest.fixture
def here() -> cdk.Stack:
    return cdk.Stack(None, "Stack", env=cdk.Environment(account="111122223333", region="eu-central-1"))


def table(scope: cdk.Stack, name: str) -> dynamodb.ITable:
    return dynamodb.Table.from_table_name(scope, name, name.lower())


def test_functions_are_told_the_options(here: cdk.Stack) -> None:
    assert option_variables(here, OPTIONS) == {
        "INSTRUCTIONS": "",
        "MAX_OUTPUT_TOKENS": "1024",
        "MAX_QUESTION_CHARACTERS": "1000",
        "MODEL_NAME": "amazon.nova-lite-v1:0",
        "PASSAGES": "5",
        "PROMPT_CACHING": "false",
        "SEARCH_TYPE": "SEMANTIC",
        "TEMPERATURE": "0.0",
    }


def test_a_temperature_that_is_left_to_the_model_is_empty(here: cdk.Stack) -> None:
    left = replace(OPTIONS, generation=Generation(model_id="amazon.nova-lite-v1:0", temperature=None, prompt_caching=True))
    assert {name: option_variables(here, left)[name] for name in ("PROMPT_CACHING", "TEMPERATURE")} == {
        "PROMPT_CACHING": "true",
        "TEMPERATURE": "",
    }


def test_a_reranker_is_named_by_the_arn_of_its_model(here: cdk.Stack) -> None:
    reranked = replace(OPTIONS, retrieval=Retrieval(rerank_model="amazon.rerank-v1:0", candidates=30))
    variables = option_variables(here, reranked)
    assert variables["CANDIDATES"] == "30"
    assert variables["RERANK_MODEL_ARN"] == f"arn:{cdk.Aws.PARTITION}:bedrock:eu-central-1::foundation-model/amazon.rerank-v1:0"


def test_tenants_are_told_apart_by_claim_and_attribute(here: cdk.Stack) -> None:
    variables = option_variables(here, replace(OPTIONS, tenancy=Tenancy(claim="custom:tenant", attribute="owner")))
    assert (variables["TENANT_CLAIM"], variables["TENANT_ATTRIBUTE"]) == ("custom:tenant", "owner")


def test_clients_that_are_served_are_named_by_their_ids(here: cdk.Stack) -> None:
    assert option_variables(here, replace(OPTIONS, allowed_clients=("one", "two")))["ALLOWED_CLIENTS"] == '["one", "two"]'


def test_tables_come_with_how_long_they_keep_what(here: cdk.Stack) -> None:
    options = replace(OPTIONS, sessions=Sessions(hours=2, turns=3), cache=cdk.Duration.hours(4))
    assert table_variables(options, sessions=table(here, "Sessions"), cache=table(here, "Cache")) == {
        "CACHE_HOURS": "4",
        "CACHE_TABLE": "cache",
        "SESSIONS_TABLE": "sessions",
        "SESSION_HOURS": "2",
        "SESSION_TURNS": "3",
    }


def test_without_tables_nothing_is_said_of_them() -> None:
    assert table_variables(OPTIONS, sessions=None, cache=None) == {}
