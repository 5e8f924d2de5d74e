from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from blueprints.docs import variations
from blueprints.docs.template import Resource, Template
from blueprints.docs.updates import Change
from stacks.settings import SettingsError


class Inner(BaseModel):
    hours: int = Field(72, le=72)


class Settings(BaseModel):
    on: bool = False
    mode: Literal["a", "b", "c"] = "a"
    count: int = 3
    owner: str | None = None
    names: tuple[str, ...] = ()
    parts: tuple[Literal["a", "b"], ...] = ("a", "b")
    inner: Inner = Inner()
    extra: Inner | None = Inner()


SCHEMA = Settings.model_json_schema()


def found(sample: Mapping[str, Any]) -> dict[str, Any]:
    return {path: values for path, _, values in variations.alternatives(SCHEMA, SCHEMA, sample)}


def test_each_setting_gets_another_value_of_its_type() -> None:
    one_each = {"on": [True], "count": [4], "inner.hours": [71], "extra.hours": [71], "extra": [None]}
    assert found({}) == one_each | {"mode": ["c", "b"], "parts": [["a"], []]}


def test_the_sample_goes_first_and_fills_in_what_has_no_other_value() -> None:
    sample = {"mode": "b", "owner": "me", "names": ["x"], "inner": {"hours": 5}}
    firsts = {path: values[0] for path, values in found(sample).items()}
    assert {"mode": "b", "owner": "me", "names": ["x"], "inner.hours": 5}.items() <= firsts.items()


def test_what_the_settings_refuse_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        def settings_model(self) -> type[BaseModel]:
            return Settings

    def synthesise(root: Path, _: str, settings: Mapping[str, Any]) -> Template:
        if settings != {"inner": {"hours": 71}}:
            raise SettingsError(root, [])
        return Template({"Resources": {"A": {"Type": "AWS::SQS::Queue"}}})

    monkeypatch.setattr(variations, "CATALOGUE", {"x": Entry()})
    monkeypatch.setattr(variations, "synthesise", synthesise)
    (only,) = variations.variations(Path(), "x", Template({"Resources": {}}), {})
    assert (only.path, only.before, only.after) == ("inner.hours", 72, 71)
    assert [resource.id for resource in only.change.added] == ["A"]


def test_only_what_replaces_removes_or_adds_gets_a_row(template: Template) -> None:
    queue = template.resources["Queue"]
    hard = variations.Variation("mode", "a", "b", Change((queue,), (), (), ()))
    policy = Resource("P", "AWS::IAM::Policy", ("P",), {})
    soft = variations.Variation("on", False, True, Change((), (policy,), (policy,), (queue,)))
    text = variations.table([hard, soft])
    assert "| `mode` | `a` | `b` | Intake/Queue (SQS Queue) |  |  |" in text
    assert text.endswith("Changed in place: `on`.\n")


def test_many_resources_are_counted_by_construct(template: Template) -> None:
    resources = [template.resources[name] for name in ("Queue", "Lost", "Start", "Inbox")]
    assert variations.listed(resources) == "Intake (3 resources), Storage (1 resource)"
