"""The programs behind images."""

from pathlib import Path

import pytest

from blueprints.local.sagemaker.containers import Container
from blueprints.local.sagemaker.programs import LANGUAGE_MODEL, program_of
from blueprints.local.sagemaker.running import ContainerSpec

REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


def test_an_image_without_a_framework_has_no_program() -> None:
    assert program_of(f"{REGISTRY}/own:1") is None


def test_a_program_is_named_and_makes_containers_of_the_folder(tmp_path: Path) -> None:
    program = program_of(f"{REGISTRY}/sagemaker-xgboost:3.0-5")
    assert program is not None
    assert "XGBoost" in program.name
    made = program.make(ContainerSpec("", tmp_path, {"A": "b"}, multi_model=True))
    assert isinstance(made, Container)
    assert (made.framework, made.model_dir, made.multi_model) == ("xgboost", tmp_path, True)


@pytest.mark.parametrize(("files", "folder"), [(["config.json"], None), ([], LANGUAGE_MODEL)])
def test_a_language_model_from_elsewhere_is_the_samples(tmp_path: Path, files: list[str], folder: Path | None) -> None:
    for name in files:
        (tmp_path / name).touch()
    program = program_of(f"{REGISTRY}/djl-inference:0.36.0-lmi18.0.0-cu128")
    assert program is not None
    made = program.make(ContainerSpec("", tmp_path))
    assert isinstance(made, Container)
    assert made.model_dir == (folder or tmp_path)
    assert (LANGUAGE_MODEL / "config.json").is_file()
