import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.real_time_inference_settings import RealTimeInferenceSettings


def read(**settings: Any) -> RealTimeInferenceSettings:
    return RealTimeInferenceSettings.model_validate(settings)


def conflicts(network: Any = "own", **settings: Any) -> dict[str, str]:
    return {".".join(location): message for location, message in read(**settings).conflicts(compliance="baseline", network=network)}


def test_nothing_has_to_be_said() -> None:
    settings = read()
    assert (settings.scaling.min_instances, settings.callers.auth, settings.callers.api) == (2, "iam", "regional")
    assert (settings.required_endpoints, settings.private_endpoints) == (("sagemaker.runtime",), ())


def test_callers_of_a_private_api_have_an_endpoint() -> None:
    assert read(callers={"api": "private"}).private_endpoints == ("execute-api",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scaling": {"min_instances": 1}}, "min_instances must be at least 2, or 1 with allow_single, got 1"),
        ({"deployment": {"strategy": "canary"}, "scaling": {"min_instances": 1, "allow_single": True}}, "deployment must be AllAtOnce"),
        (
            {"deployment": {"strategy": "rolling"}, "shadow": {"model": {}}},
            "deployment must not be rolling with a shadow variant, got Rolling",
        ),
        ({"hosting": {"instance_type": "ml.t9.large"}}, "ml.t9.large"),
        ({"shadow": {}}, "shadow.model"),
        ({"modell": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


def test_one_instance_alone_has_to_be_asked_for() -> None:
    assert read(scaling={"min_instances": 1, "allow_single": True}).scaling.min_instances == 1


@pytest.mark.parametrize(
    ("network", "settings", "found"),
    [
        ("own", {"callers": {"api": "private"}, "model_in_network": True}, {}),
        (
            "none",
            {"callers": {"api": "private"}, "model_in_network": True},
            {
                "callers.api": "private is not allowed unless network is own; allowed: regional",
                "model_in_network": "true is not allowed without a network; allowed: false",
            },
        ),
        (
            "foundation",
            {"callers": {"api": "private"}, "model_in_network": True},
            {"callers.api": "private is not allowed unless network is own; allowed: regional"},
        ),
    ],
)
def test_what_the_network_does_not_suit_is_told(network: str, settings: dict[str, Any], found: dict[str, str]) -> None:
    assert conflicts(network, **settings) == found
