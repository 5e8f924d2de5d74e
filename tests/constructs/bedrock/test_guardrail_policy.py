from typing import Any

import pytest

from ml_constructs.bedrock.guardrail_filters import KINDS
from ml_constructs.bedrock.guardrail_policy import (
    GEOGRAPHIES,
    ContentFilter,
    Grounding,
    GuardrailPolicy,
    PersonalData,
    Regex,
    Topic,
    default_filters,
)

NOTHING: dict[str, Any] = {"filters": ()}


def test_all_harmful_content_and_attacks_on_the_prompt_are_filtered_strictly() -> None:
    policy = GuardrailPolicy()
    assert {found.kind: found.input_strength for found in policy.filters} == dict.fromkeys(KINDS, "HIGH")
    assert (policy.tier, policy.geography, policy.profanity, policy.grounding) == ("CLASSIC", None, False, None)


def test_content_may_be_filtered_less_strictly() -> None:
    assert {found.input_strength for found in default_filters("LOW")} == {"LOW"}


@pytest.mark.parametrize(
    "enforced",
    [
        {"topics": (Topic(name="Advice", definition="What to buy."),)},
        {"words": ("secret",)},
        {"profanity": True},
        {"personal_data": (PersonalData(kind="EMAIL"),)},
        {"regexes": (Regex(name="customer", pattern="C[0-9]+"),)},
        {"grounding": Grounding()},
        {"reasoning_policies": ("arn",)},
    ],
)
def test_any_single_thing_is_enough_to_enforce(enforced: dict[str, Any]) -> None:
    assert GuardrailPolicy(**NOTHING, **enforced).filters == ()


def test_nothing_to_enforce_is_refused() -> None:
    with pytest.raises(ValueError, match="policy must enforce something, got no filter"):
        GuardrailPolicy(**NOTHING)


@pytest.mark.parametrize("geography", GEOGRAPHIES)
def test_the_standard_tier_checks_in_a_geography(geography: str) -> None:
    assert GuardrailPolicy(tier="STANDARD", geography=geography).geography == geography


def test_the_standard_tier_without_a_geography_is_refused() -> None:
    with pytest.raises(ValueError, match="geography must be one of us, eu, apac, us-gov with tier STANDARD, got none"):
        GuardrailPolicy(tier="STANDARD")


def topics(count: int) -> tuple[Topic, ...]:
    return tuple(Topic(name=f"Topic {number}", definition="What to buy.") for number in range(count))


def regexes(count: int) -> tuple[Regex, ...]:
    return tuple(Regex(name=f"number {number}", pattern="[0-9]+") for number in range(count))


def test_as_much_as_guardrails_take_is_taken() -> None:
    policy = GuardrailPolicy(
        topics=topics(30),
        words=tuple(f"{number:0100}" for number in range(10_000)),
        regexes=regexes(30),
        reasoning_policies=("a", "b"),
        input_message="m" * 500,
        output_message="m" * 500,
    )
    assert len(policy.words) == 10_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": (ContentFilter(kind="HATE"), ContentFilter(kind="HATE"))}, "filters must be named once, got HATE more than once"),
        ({"topics": topics(31)}, "topics must be 0 to 30, got 31"),
        ({"topics": topics(1) * 2}, "topics must be named once, got Topic 0 more than once"),
        ({"words": tuple(map(str, range(10_001)))}, "words must be 0 to 10000, got 10001"),
        ({"words": ("w" * 101,)}, "word must have 1 to 100 characters, got 101"),
        ({"personal_data": (PersonalData(kind="PIN"),) * 2}, "personal_data must be named once, got PIN more than once"),
        ({"regexes": regexes(31)}, "regexes must be 0 to 30, got 31"),
        ({"reasoning_policies": ("a", "b", "c")}, "reasoning_policies must be 0 to 2, got 3"),
        ({"tier": "GOLD"}, "tier must be one of CLASSIC, STANDARD, got GOLD"),
        ({"geography": "mars"}, "geography must be one of us, eu, apac, us-gov, got mars"),
        ({"input_message": ""}, "input_message must have 1 to 500 characters, got 0"),
        ({"output_message": "m" * 501}, "output_message must have 1 to 500 characters, got 501"),
    ],
)
def test_what_guardrails_do_not_take_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GuardrailPolicy(**arguments)
