from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from blueprints.docs import subject
from blueprints.docs.template import Template
from stacks.settings import SettingsError

ROOT = Path(__file__).resolve().parents[3]


def read(monkeypatch: pytest.MonkeyPatch, blueprint: str = "foundation", *, forbidden: str = "") -> subject.Subject:
    def synthesise(root: Path, _: str, settings: Mapping[str, Any] | None = None) -> Template:
        if forbidden and forbidden in (settings or {}) and (settings or {}).get("data_on_removal") == "destroy":
            raise SettingsError(root, [])
        return Template({"Resources": {}, "Settings": dict(settings or {})})

    monkeypatch.setattr(subject, "synthesise", synthesise)
    return subject.read(ROOT, blueprint)


def test_the_comprehensive_sample_is_that_of_the_settings_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch)
    assert found.minimal.body["Settings"] == {}
    assert found.comprehensive.body["Settings"] == subject.sample(ROOT, "foundation")


def test_both_choices_on_removal_are_synthesised(monkeypatch: pytest.MonkeyPatch) -> None:
    ((kept, destroyed),) = read(monkeypatch).removals
    assert kept.body["Settings"] | {"data_on_removal": "destroy"} == destroyed.body["Settings"]


def test_a_sample_that_forbids_to_destroy_gives_way_to_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    ((kept, destroyed),) = read(monkeypatch, forbidden="audit").removals
    assert (kept.body["Settings"], destroyed.body["Settings"]) == ({}, {"data_on_removal": "destroy"})


def test_samples_that_the_hand_written_part_names_are_told_of_and_so_is_their_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, "knowledge-base-rag")
    settings = {name: template.body["Settings"] for name, template in found.templates.items()}
    names = ("minimal", "comprehensive", "isolated")
    assert settings == {name: {} if name == "minimal" else subject.sample(ROOT, "knowledge-base-rag", name) for name in names}
    removed = [destroyed.body["Settings"] for _, destroyed in found.removals]
    assert removed == [settings[name] | {"data_on_removal": "destroy"} for name in ("comprehensive", "minimal", "isolated")]
