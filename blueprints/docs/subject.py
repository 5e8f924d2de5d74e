"""Everything that a page is made from: the models, the templates and the hand-written part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from blueprints.docs import fragments
from blueprints.docs.synthesis import synthesise
from blueprints.docs.template import Template
from stacks.catalogue import CATALOGUE, Entry
from stacks.settings import SettingsError

SAMPLES = Path("settings")


@dataclass(frozen=True)
class Subject:
    """A blueprint as its page sees it.

    Args:
        entry: Its entry of the catalogue.
        fragment: The hand-written part.
        minimal: The template under the defaults.
        comprehensive: The template under the comprehensive sample settings.
        removals: As much of them as can be destroyed, with ``data_on_removal: keep`` and with ``destroy``.
        others: The templates under the further samples that the hand-written part names.
    """

    entry: Entry
    fragment: fragments.Fragment
    minimal: Template
    comprehensive: Template
    removals: Sequence[tuple[Template, Template]]
    others: Mapping[str, Template] = field(default_factory=dict)

    @property
    def templates(self) -> dict[str, Template]:
        """The templates by the names of their samples."""
        return {"minimal": self.minimal, "comprehensive": self.comprehensive, **self.others}


def read(root: Path, blueprint: str) -> Subject:
    """Synthesises a blueprint in all the ways that its page tells of."""
    fragment, settings = fragments.read(root, blueprint), sample(root, blueprint)
    others = {name: sample(root, blueprint, name) for name in fragment.samples}
    removed = [settings, *([{}, *others.values()] if others else [])]
    return Subject(
        entry=CATALOGUE[blueprint],
        fragment=fragment,
        minimal=synthesise(root, blueprint),
        comprehensive=synthesise(root, blueprint, settings),
        removals=[_removals(root, blueprint, each) for each in removed],
        others={name: synthesise(root, blueprint, other) for name, other in others.items()},
    )


def _removals(root: Path, blueprint: str, settings: Mapping[str, Any]) -> tuple[Template, Template]:
    """Both choices under the sample settings, or under the defaults where the sample forbids to destroy."""
    try:
        destroyed = synthesise(root, blueprint, {**settings, "data_on_removal": "destroy"})
    except SettingsError:
        return _removals(root, blueprint, {})
    kept = settings.get("data_on_removal", "keep") == "keep"
    return synthesise(root, blueprint, settings if kept else {**settings, "data_on_removal": "keep"}), destroyed


def sample(root: Path, blueprint: str, name: str = "comprehensive") -> Mapping[str, Any]:
    """Returns sample settings of a blueprint."""
    file = root / SAMPLES / blueprint / f"{name}.yaml"
    settings: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"][blueprint]
    return settings
