from pathlib import Path

import pytest

from blueprints.docs.synthesis import synthesise
from stacks.settings import SettingsError

ROOT = Path(__file__).resolve().parents[3]


def test_a_blueprint_is_synthesised_with_its_construct_paths() -> None:
    template = synthesise(ROOT, "foundation", {"network": "none", "audit": None})
    assert [resource.name for resource in template.of_type("AWS::KMS::Key")] == ["Key"]


def test_settings_without_a_default_are_those_of_the_minimal_sample() -> None:
    (component,) = synthesise(ROOT, "llm-inference", {"network": "none"}).of_type("AWS::SageMaker::InferenceComponent")
    assert component.name == "Assistant/Assistant/Component"


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(SettingsError, match="colour"):
        synthesise(ROOT, "foundation", {"colour": "red"})
