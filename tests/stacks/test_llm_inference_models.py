from typing import Any

import pytest
from pydantic import ValidationError

from stacks.llm_inference_models import AdapterSettings, LanguageModelSettings
from stacks.llm_inference_options import UpdateSettings

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
