"""The parts of the embedded AWS fit together."""

from pathlib import Path
from typing import Any

import pytest

from blueprints.local import adapter, assembly
from blueprints.local.dispatch import Dispatcher


def test_the_front_door_stands_before_the_adapted_emulators(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    applied: list[Any] = []
    emulators = object()
    monkeypatch.setattr(adapter, "apply", lambda *parts: applied.extend(parts))
    monkeypatch.setattr(adapter, "plain_application", lambda: emulators)
    door, workers = assembly.assemble(4566, tmp_path)
    assert door._application is emulators
    (dispatcher,) = [part for part in applied if isinstance(part, Dispatcher)]
    assert {stand_in.service for stand_in in dispatcher.stand_ins} >= {"comprehend", "textract"}
    assert workers in applied
    assert door._ledger in applied
    workers.stop()
