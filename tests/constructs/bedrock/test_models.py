from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match

from ml_constructs.bedrock.model_list import models
from ml_constructs.bedrock.models import PROFILE_NEEDED, UNKNOWN_MODEL, invocation_arns, refuse_shared_data, warn_if_unknown

NOVA = "amazon.nova-lite-v1:0"


@pytest.fixture(scope="module")
def located() -> cdk.Stack:
    app = cdk.App(analytics_reporting=False)
    return cdk.Stack(app, "Located", env=cdk.Environment(account="123456789012", region="eu-west-1"))


def resolved(stack: cdk.Stack, model: str) -> list[str]:
    """The ARNs, with names in braces for what is known at deployment."""
    found = []
    for arn in invocation_arns(stack, model):
        parts = stack.resolve(arn)["Fn::Join"][1]
        found.append("".join(part if isinstance(part, str) else "{" + part["Ref"].removeprefix("AWS::") + "}" for part in parts))
    return found


def test_a_model_is_invoked_in_its_region(located: cdk.Stack) -> None:
    assert resolved(located, NOVA) == [f"arn:{{Partition}}:bedrock:eu-west-1::foundation-model/{NOVA}"]


def test_a_geographic_profile_leads_to_its_model_in_all_regions_of_its_geography(located: cdk.Stack) -> None:
    assert resolved(located, f"eu.{NOVA}") == [
        f"arn:{{Partition}}:bedrock:eu-west-1:123456789012:inference-profile/eu.{NOVA}",
        f"arn:{{Partition}}:bedrock:eu-*::foundation-model/{NOVA}",
    ]


def test_a_region_outside_of_the_geography_is_named_beside_it(located: cdk.Stack) -> None:
    assert resolved(located, f"us.{NOVA}")[1:] == [
        f"arn:{{Partition}}:bedrock:eu-west-1::foundation-model/{NOVA}",
        f"arn:{{Partition}}:bedrock:us-*::foundation-model/{NOVA}",
    ]


def test_a_global_profile_leads_to_the_model_of_no_region(located: cdk.Stack) -> None:
    assert resolved(located, f"global.{NOVA}") == [
        f"arn:{{Partition}}:bedrock:eu-west-1:123456789012:inference-profile/global.{NOVA}",
        f"arn:{{Partition}}:bedrock:eu-west-1::foundation-model/{NOVA}",
        f"arn:{{Partition}}:bedrock:::foundation-model/{NOVA}",
    ]


def test_a_stack_of_any_region_names_its_own_beside_the_geography(stack: cdk.Stack) -> None:
    assert resolved(stack, f"eu.{NOVA}") == [
        f"arn:{{Partition}}:bedrock:{{Region}}:{{AccountId}}:inference-profile/eu.{NOVA}",
        f"arn:{{Partition}}:bedrock:{{Region}}::foundation-model/{NOVA}",
        f"arn:{{Partition}}:bedrock:eu-*::foundation-model/{NOVA}",
    ]


def test_the_arn_of_a_model_of_ones_own_stands_for_itself(located: cdk.Stack) -> None:
    arn = "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abcdefghijkl"
    assert invocation_arns(located, arn) == [arn]


def warnings(stack: cdk.Stack) -> list[Any]:
    return [message.entry.data for message in Annotations.from_stack(stack).find_warning("*", Match.any_value())]


def test_a_model_that_is_not_listed_is_warned_of_with_the_date_of_the_list(stack: cdk.Stack) -> None:
    warn_if_unknown(stack, "generation.model", "somebody.new-v1:0")
    (warning,) = warnings(stack)
    assert "generation.model 'somebody.new-v1:0' is not among the models listed on 2026-11-20" in warning
    assert f"[ack: {UNKNOWN_MODEL}]" in warning


def test_a_model_that_needs_a_profile_and_got_none_is_warned_of(stack: cdk.Stack) -> None:
    warn_if_unknown(stack, "generation.model", "anthropic.claude-sonnet-5")
    (warning,) = warnings(stack)
    assert "is served through inference profiles alone" in warning
    assert f"[ack: {PROFILE_NEEDED}]" in warning


def test_listed_models_their_profiles_arns_and_tokens_are_taken_as_they_are(stack: cdk.Stack) -> None:
    for model in (NOVA, f"eu.{NOVA}", "us.anthropic.claude-sonnet-5", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a"):
        warn_if_unknown(stack, "generation.model", model)
    warn_if_unknown(stack, "generation.model", cdk.CfnParameter(stack, "Model").value_as_string)
    assert warnings(stack) == []


def test_models_whose_provider_gets_nothing_are_allowed_where_data_must_not_be_shared() -> None:
    allowed = [facts.id for facts in models().values() if facts.data_policy.provider_access is False]
    assert len(allowed) > 40
    for model in allowed:
        refuse_shared_data("generation.model", f"eu.{model}")


def test_a_model_whose_provider_may_get_prompts_is_refused_with_the_page_that_says_so() -> None:
    with pytest.raises(
        ValueError, match=r"generation\.model must be .* got 'us\.anthropic\.claude-fable-5-1': Anthropic may get them \(http"
    ):
        refuse_shared_data("generation.model", "us.anthropic.claude-fable-5-1")


def test_a_model_of_which_nothing_is_known_is_refused() -> None:
    with pytest.raises(ValueError, match=r"data policy is known, listed on 2026-11-20, got 'somebody\.new-v1:0'"):
        refuse_shared_data("generation.model", "somebody.new-v1:0")
