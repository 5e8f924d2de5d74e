import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import deployments


class RecordingCdk:
    done: list[Any] = []

    def __init__(self, aws: Any, *, context: dict[str, str]) -> None:
        self.settings = yaml.safe_load(Path(context["settings"]).read_text(encoding="utf-8"))

    def bootstrap(self) -> None:
        self.done.append("bootstrap")

    def deploy(self, names: Sequence[str], outputs_file: Path) -> None:
        self.done.append(("deploy", names, self.settings))
        outputs_file.write_text(json.dumps({name: {"Bucket": f"{name}-bucket"} for name in names}), encoding="utf-8")


def test_a_deployment_is_made_after_the_bootstrap_and_its_outputs_come_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(deployments, "CdkCli", RecordingCdk)
    monkeypatch.setattr(RecordingCdk, "done", [])
    outputs, seconds = deployments.deploy(None, tmp_path, "mine", {"rules": False})  # type: ignore[arg-type]
    assert RecordingCdk.done == ["bootstrap", ("deploy", ["mine"], {"rules": False})]
    assert outputs == {"Bucket": "mine-bucket"}
    assert seconds > 0
