import json
from pathlib import Path

import yaml

from benchmarks import applications

NAME = "document-analysis"


def test_each_deployment_has_a_name_of_its_own(tmp_path: Path) -> None:
    applications.collection(NAME, tmp_path, deployments=3)
    settings = yaml.safe_load((tmp_path / "settings.yaml").read_text(encoding="utf-8"))
    assert settings["deployments"] == {f"deployment-{number:03}": {"blueprint": NAME} for number in range(3)}


def test_packs_and_validation_are_switched_apart(tmp_path: Path) -> None:
    with_packs = applications.collection(NAME, tmp_path, validation=False)
    without = applications.collection(NAME, tmp_path, packs=False)
    assert (with_packs.arguments[-1], with_packs.environment["CDK_VALIDATION"]) == ("packs", "false")
    assert (without.arguments[-1], without.environment["CDK_VALIDATION"]) == (str(tmp_path / "settings.yaml"), "true")


def test_the_empty_app_gets_the_same_flags(tmp_path: Path) -> None:
    flags = json.loads(applications.empty(tmp_path).environment["CDK_CONTEXT_JSON"])
    assert flags == applications.context()
    assert flags
