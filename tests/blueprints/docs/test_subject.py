from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from blueprints.docs import subject
from blueprints.docs.template import Template
from stacks.settings import SettingsError

ROOT = Path(__file__).resolve().parents[3]


def read(monkeypatch: pytest.MonkeyPatch, *, forbidden: str = "") -> subject.Subject:
    def synthesise(root: Path, _: str, settings: Mapping[str, Any] | None = None) -> Template:
        if forbidden and forbidden in (settings or {}) and (settings or {}).get("data_on_removal") == "destroy":
            raise SettingsError(root, [])
        return Template({"Resources": {}, "Settings": dict(settings or {})})

    monkeypatch.setattr(subject, "synthesise", synthesise)
    return subject.read(ROOT, "foundation")


def test_the_comprehensive_sample_is_that_of_the_settings_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch)
    assert found.minimal.body["Settings"] == {}
    assert found.comprehensive.body["Settings"] == subject.sample(ROOT, "foundation")


def test_both_choices_on_removal_are_synthesised(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch)
    assert found.kept.body["Settings"] | {"data_on_removal": "destroy"} == found.destroyed.body["Settings"]


def test_a_sample_that_forbids_to_destroy_gives_way_to_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, forbidden="audit")
    assert (found.kept.body["Settings"], found.destroyed.body["Settings"]) == ({"data_on_removal": "keep"}, {"data_on_removal": "destroy"})
