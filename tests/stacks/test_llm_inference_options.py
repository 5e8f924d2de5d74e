from typing import Any

import pytest
from pydantic import ValidationError

from stacks.llm_inference_models import CopySettings
from stacks.llm_inference_options import InstanceSettings, TextAlarmSettings, TextLimitSettings


def test_instances_and_copies_are_taken_over() -> None:
    instances = InstanceSettings(minimum=2, maximum=4, scale_in="consolidation", scale_in_step=2, scale_in_cooldown_minutes=30).value()
    assert (instances.minimum, instances.maximum, instances.scale_in.strategy) == (2, 4, "CONSOLIDATION")
    copies = CopySettings(minimum=1, maximum=3, initial=2, metric="invocations", target=30, start_seconds=600).value()
    assert (copies.minimum, copies.maximum, copies.initial, copies.target, copies.start_time.to_seconds()) == (1, 3, 2, 30, 600)


@pytest.mark.parametrize(
    ("kind", "settings"), [(InstanceSettings, {"minimum": 1}), (InstanceSettings, {"minimum": 3}), (CopySettings, {"initial": 3})]
)
def test_refuses_numbers_that_contradict_each_other(kind: Any, settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="must be"):
        kind(**settings)


@pytest.mark.parametrize(("prompt_bytes", "most"), [(1000, 22_384), (700_000, 4_216_384)])
def test_a_request_may_be_as_long_as_its_prompt_with_every_letter_escaped(prompt_bytes: int, most: int) -> None:
    requests = TextLimitSettings(prompt_bytes=prompt_bytes).requests()
    assert requests.max_bytes == most
    assert requests.content_types == ("application/json",)


def test_thresholds_are_taken_over() -> None:
    alarms = TextAlarmSettings(latency_seconds=7, first_token_seconds=2, tokens_per_day=1000, refused_percent=5)
    components, front = alarms.components(), alarms.front()
    assert (components.latency_seconds, components.first_token_seconds, components.tokens_per_day) == (7, 2, 1000)
    assert (front.latency_seconds, front.refused_percent) == (7, 5)
