from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.bedrock.answer_options import AnswerOptions, Generation, Retrieval, Sessions, Tenancy
from ml_constructs.bedrock.guardrail_filters import Grounding

OPTIONS = AnswerOptions(generation=Generation(model_id="amazon.nova-lite-v1:0"))
GUARDRAIL = {"guardrail": {"topics": ["wages"]}}


def test_conversations_are_remembered_for_a_day_and_answers_are_new_by_default() -> None:
    assert OPTIONS.sessions == Sessions(hours=24, turns=6)
    assert (OPTIONS.cache, OPTIONS.cache_hours, OPTIONS.tenancy) == (None, 0, None)
    assert (OPTIONS.max_question_characters, OPTIONS.allowed_clients) == (1000, ())


def test_a_cache_is_counted_in_hours() -> None:
    assert replace(OPTIONS, cache=Duration.days(2)).cache_hours == 48


@pytest.mark.parametrize(
    "changed",
    [
        {"generation": Generation(model_id="amazon.nova-pro-v1:0")},
        {"generation": Generation(model_id="amazon.nova-lite-v1:0", instructions="Be brief.")},
        {"retrieval": Retrieval(passages=6)},
        {"tenancy": Tenancy(claim="custom:tenant", attribute="tenant")},
    ],
)
def test_the_configuration_changes_with_what_influences_an_answer(changed: dict[str, Any]) -> None:
    assert replace(OPTIONS, **changed).configuration_id(GUARDRAIL) != OPTIONS.configuration_id(GUARDRAIL)


def test_the_configuration_changes_with_the_guardrail() -> None:
    assert OPTIONS.configuration_id({"guardrail": {"topics": ["wages", "weather"]}}) != OPTIONS.configuration_id(GUARDRAIL)


def test_the_configuration_stays_with_what_only_says_how_long_something_is_kept() -> None:
    changed = replace(OPTIONS, sessions=None, cache=Duration.hours(1), max_question_characters=10, allowed_clients=("app",))
    assert changed.configuration_id(GUARDRAIL) == OPTIONS.configuration_id(GUARDRAIL)


@pytest.mark.parametrize(("argument", "value", "most"), [("hours", 0, 8760), ("hours", 8761, 8760), ("turns", 0, 20), ("turns", 21, 20)])
def test_sessions_without_sense_are_refused(argument: str, value: int, most: int) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be from 1 to {most}, got {value}"):
        Sessions(**{argument: value})


@pytest.mark.parametrize(
    ("claim", "attribute", "message"),
    [
        ("", "tenant", "claim must be 1 to 128 letters, digits and _ : . -, got ''"),
        ("custom tenant", "tenant", "claim must be .*, got 'custom tenant'"),
        ("custom:tenant", "", "attribute must be 1 to 128 letters, digits, _ and -, without x-amz- in front, got ''"),
        ("custom:tenant", "x-amz-bedrock-kb-source-uri", "attribute must be .*, got 'x-amz-bedrock-kb-source-uri'"),
    ],
)
def test_names_that_tell_nobody_apart_are_refused(claim: str, attribute: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Tenancy(claim=claim, attribute=attribute)


@pytest.mark.parametrize("minutes", [0, 30, 90, 8761 * 60])
def test_a_cache_has_whole_hours(minutes: int) -> None:
    with pytest.raises(ValueError, match=r"cache must be from 1 to 8760 whole hours, got [\d.]+"):
        replace(OPTIONS, cache=Duration.minutes(minutes))


@pytest.mark.parametrize("client", ["", "an app", "x" * 129])
def test_what_is_no_client_is_refused(client: str) -> None:
    with pytest.raises(ValueError, match=r"allowed_clients must be ids of 1 to 128 letters, digits, _ and \+, got"):
        replace(OPTIONS, allowed_clients=("app", client))


def test_more_clients_than_a_function_is_told_are_refused() -> None:
    replace(OPTIONS, allowed_clients=("app",) * 20)
    with pytest.raises(ValueError, match="allowed_clients must be 20 at most, got 21"):
        replace(OPTIONS, allowed_clients=("app",) * 21)


@pytest.mark.parametrize("characters", [0, 20_001])
def test_questions_that_no_search_takes_are_refused(characters: int) -> None:
    with pytest.raises(ValueError, match=f"max_question_characters must be from 1 to 20000, got {characters}"):
        replace(OPTIONS, max_question_characters=characters)


def test_questions_are_no_longer_than_answers_can_be_compared_with() -> None:
    replace(OPTIONS, max_question_characters=1000).check_grounding(Grounding())
    replace(OPTIONS, max_question_characters=20_000).check_grounding(None)
    with pytest.raises(ValueError, match=r"max_question_characters must be at most 1000 with contextual grounding, .*, got 1001"):
        replace(OPTIONS, max_question_characters=1001).check_grounding(Grounding(relevance=None))
