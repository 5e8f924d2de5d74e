from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.guardrail_policy import ContentFilter, Grounding, GuardrailPolicy, PersonalData, Regex, Topic
from ml_constructs.bedrock.guardrail_properties import properties

NOTHING: dict[str, Any] = {"filters": ()}


@pytest.fixture(scope="module")
def scope() -> cdk.Stack:
    return cdk.Stack(cdk.App(analytics_reporting=False), "Stack")


def rendered(scope: cdk.Stack, **policy: Any) -> dict[str, Any]:
    found: dict[str, Any] = scope.resolve(properties(GuardrailPolicy(**policy)))
    return found


def test_filters_of_content_block_and_answers_are_no_attacks(scope: cdk.Stack) -> None:
    content = rendered(scope)["content_policy_config"]
    assert content["contentFiltersTierConfig"] == {"tierName": "CLASSIC"}
    assert content["filtersConfig"][0] == {"type": "SEXUAL", "inputStrength": "HIGH", "outputStrength": "HIGH"}
    assert content["filtersConfig"][-1] == {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE"}


def test_nothing_is_said_of_what_is_not_enforced(scope: cdk.Stack) -> None:
    assert set(rendered(scope)) == {"content_policy_config"}
    assert set(rendered(scope, **NOTHING, profanity=True)) == {"word_policy_config"}


def test_pictures_are_filtered_and_findings_reported_where_asked_for(scope: cdk.Stack) -> None:
    filters = (
        ContentFilter(kind="HATE", input_strength="LOW", modalities=("TEXT", "IMAGE"), action="NONE"),
        ContentFilter(kind="PROMPT_ATTACK", modalities=("IMAGE",)),
    )
    (hate, attack) = rendered(scope, filters=filters)["content_policy_config"]["filtersConfig"]
    both = ["TEXT", "IMAGE"]
    reported = {"inputAction": "NONE", "outputAction": "NONE"}
    strengths = {"inputStrength": "LOW", "outputStrength": "LOW"}
    assert hate == {"type": "HATE", "inputModalities": both, "outputModalities": both, **strengths, **reported}
    assert (attack["inputModalities"], "outputModalities" in attack) == (["IMAGE"], False)


def test_topics_are_denied_on_the_tier_of_the_policy(scope: cdk.Stack) -> None:
    topics = (Topic(name="Advice", definition="What to buy.", examples=("Buy?",)), Topic(name="Law", definition="Law.", action="NONE"))
    found = rendered(scope, topics=topics, tier="STANDARD", geography="eu")["topic_policy_config"]
    assert found["topicsTierConfig"] == {"tierName": "STANDARD"}
    assert found["topicsConfig"] == [
        {"name": "Advice", "definition": "What to buy.", "type": "DENY", "examples": ["Buy?"]},
        {"name": "Law", "definition": "Law.", "type": "DENY", "inputAction": "NONE", "outputAction": "NONE"},
    ]


def test_words_are_blocked_with_those_of_aws(scope: cdk.Stack) -> None:
    words = rendered(scope, words=("secret",), profanity=True)["word_policy_config"]
    assert words == {"wordsConfig": [{"text": "secret"}], "managedWordListsConfig": [{"type": "PROFANITY"}]}


def test_personal_data_and_texts_of_a_known_form_are_masked_or_blocked(scope: cdk.Stack) -> None:
    found = rendered(
        scope,
        personal_data=(PersonalData(kind="EMAIL"), PersonalData(kind="PIN", action="BLOCK", input_action="NONE")),
        regexes=(Regex(name="customer", pattern="C[0-9]+", description="Customers", output_action="BLOCK"),),
    )["sensitive_information_policy_config"]
    assert found["piiEntitiesConfig"] == [
        {"type": "EMAIL", "action": "ANONYMIZE"},
        {"type": "PIN", "action": "BLOCK", "inputAction": "NONE"},
    ]
    expected = {"name": "customer", "pattern": "C[0-9]+", "description": "Customers", "action": "ANONYMIZE", "outputAction": "BLOCK"}
    assert found["regexesConfig"] == [expected]


def test_grounding_and_relevance_have_their_thresholds_zero_among_them(scope: cdk.Stack) -> None:
    found = rendered(scope, grounding=Grounding(relevance=0))["contextual_grounding_policy_config"]
    assert found == {"filtersConfig": [{"type": "GROUNDING", "threshold": 0.7}, {"type": "RELEVANCE", "threshold": 0}]}
    found = rendered(scope, grounding=Grounding(grounding=None, action="NONE"))["contextual_grounding_policy_config"]
    assert found == {"filtersConfig": [{"type": "RELEVANCE", "threshold": 0.5, "action": "NONE"}]}


def test_reasoning_policies_are_named(scope: cdk.Stack) -> None:
    assert rendered(scope, reasoning_policies=("arn",))["automated_reasoning_policy_config"] == {"policies": ["arn"]}
