from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from blueprints.docs import variations
from blueprints.docs.template import Resource, Template
from blueprints.docs.updates import Change
from blueprints.docs.variations import Start
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


def accept(monkeypatch: pytest.MonkeyPatch, known: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Has some settings accepted, each with its resources, and all others refused."""

    class Entry:
        def settings_model(self) -> type[BaseModel]:
            return Settings

    def synthesise(root: Path, _: str, settings: Mapping[str, Any]) -> Template:
        for accepted, resources in known:
            if settings == accepted:
                return Template({"Resources": resources})
        raise SettingsError(root, [])

    monkeypatch.setattr(variations, "CATALOGUE", {"x": Entry()})
    monkeypatch.setattr(variations, "synthesise", synthesise)


def test_what_the_settings_refuse_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    resources = {"A": {"Type": "AWS::SQS::Queue"}}
    accept(monkeypatch, [({"inner": {"hours": 71}}, resources)])
    (only,) = variations.variations(Path(), "x", [Start("", {}, Template({"Resources": {}}))])
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


def test_what_the_defaults_do_not_feel_is_tried_in_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = {"on": True, "inner": {"hours": 5}}
    queue = {"A": {"Type": "AWS::SQS::Queue"}}
    accept(monkeypatch, [({"inner": {"hours": 5}}, {}), ({"on": True, "inner": {"hours": 72}}, queue), ({"count": 4}, {})])
    starts = [Start("", {}, Template({"Resources": {}})), Start("full", sample, Template({"Resources": {}}))]
    count, hours = variations.variations(Path(), "x", starts)
    assert (count.path, count.sample, count.is_felt) == ("count", "", False)
    assert (hours.path, hours.before, hours.after, hours.sample) == ("inner.hours", 5, 72, "full")
    text = variations.table([count, hours])
    assert "| `inner.hours` in `full.yaml` | `5` | `72` |  |  | A (SQS Queue) |" in text
    assert text.endswith("\nWithout an effect by itself: `count`.\n")
