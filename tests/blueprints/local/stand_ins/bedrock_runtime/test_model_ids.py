"""Models are known by id, by ARN and through profiles."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.model_ids import kind_of

PROFILE = "arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/p1"


@pytest.mark.parametrize(
    ("model", "plain", "kind"),
    [
        ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0", "text"),
        ("us.amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0", "text"),
        ("global.amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0", "text"),
        ("arn:aws:bedrock:us-east-1::foundation-model/cohere.embed-english-v3", "cohere.embed-english-v3", "embedding"),
        ("arn:aws:bedrock:us-east-1:000000000000:inference-profile/eu.amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0", "text"),
        (PROFILE, "amazon.nova-2-lite-v1:0", "text"),
        ("amazon.rerank-v1:0", "amazon.rerank-v1:0", "rerank"),
        ("amazon.some-new-embed-v9:0", "amazon.some-new-embed-v9:0", "embedding"),
        ("amazon.some-new-v9:0", "amazon.some-new-v9:0", "text"),
    ],
)
def test_the_model_behind_is_found(model: str, plain: str, kind: str, bedrock: Any) -> None:
    assert kind_of(model, bedrock()) == (plain, kind)


@pytest.mark.parametrize("model", ["nobody.model-v1:0", "model", "us.nobody.model", "arn:aws:bedrock:us-east-1:000000000000:prompt/p"])
def test_what_is_no_model_is_refused(model: str, bedrock: Any) -> None:
    with pytest.raises(StandInError, match=r"ValidationException: The provided model identifier is invalid\."):
        kind_of(model, bedrock())


@pytest.mark.parametrize("model", ["amazon.nova-2-lite-v1:0", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0"])
def test_a_model_that_has_to_be_reached_through_a_profile_is_refused_without(model: str, bedrock: Any) -> None:
    with pytest.raises(StandInError, match=r"nova-2-lite-v1:0 with on-demand throughput isn't supported\. Retry .* inference profile"):
        kind_of(model, bedrock())


def test_a_profile_that_does_not_exist_is_not_found(bedrock: Any) -> None:
    with pytest.raises(StandInError, match=r"ResourceNotFoundException: The inference profile .*/p2 does not exist") as raised:
        kind_of(PROFILE.replace("p1", "p2"), bedrock())
    assert raised.value.status == 404
