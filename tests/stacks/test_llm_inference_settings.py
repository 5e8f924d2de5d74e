from typing import Any

import pytest
from pydantic import ValidationError

from stacks.llm_inference_settings import (
    AdapterSettings,
    CopySettings,
    InstanceSettings,
    LanguageModelSettings,
    TextAlarmSettings,
    TextLimitSettings,
    UpdateSettings,
)

FILES = "s3://example-models/assistant/"


def model(**settings: Any) -> LanguageModelSettings:
    return LanguageModelSettings.model_validate({"artifact": FILES} | settings)


def test_what_a_copy_takes_and_its_server_is_told() -> None:
    chosen = model(accelerators=4, memory_mb=2048, cpu_cores=2, context_tokens=8192, sequences=8, adapter_rank=32)
    needs, shape = chosen.needs(), chosen.shape()
    assert (needs.accelerators, needs.memory_mb, needs.cpu_cores) == (4, 2048, 2)
    assert (shape.accelerators, shape.context_tokens, shape.sequences, shape.adapters, shape.adapter_rank) == (4, 8192, 8, 0, 32)


@pytest.mark.parametrize(("spread", "strategy"), [(True, "SPREAD"), (False, "BINPACK")])
def test_copies_are_spread_or_packed(spread: bool, strategy: str) -> None:
    options = model(spread=spread, start_timeout_seconds=600).options(UpdateSettings().value())
    assert options.placement is not None
    assert options.placement.strategy == strategy
    assert options.start.download.to_seconds() == options.start.health_check.to_seconds() == 600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("artifact", "s3://example-models"),
        ("artifact", "s3://example-models/assistant"),
        ("artifact", "https://example.com/assistant/"),
        ("artifact", "s3://example-models/a//b/"),
        ("accelerators", 0),
        ("memory_mb", 127),
        ("adapter_rank", 17),
        ("environment", {"1A": "x"}),
        ("adapters", {"Legal": {"artifact": "s3://example-models/legal.tar.gz"}}),
        ("start_timeout_seconds", 3601),
    ],
)
def test_refuses_models_that_can_not_be(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        model(**{name: value})


@pytest.mark.parametrize("artifact", ["s3://example-models/legal/", "s3://example-models/legal.zip", "legal.tar.gz"])
def test_an_adapter_is_one_archive(artifact: str) -> None:
    with pytest.raises(ValidationError):
        AdapterSettings(artifact=artifact)


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
