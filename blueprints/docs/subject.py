"""Everything that a page is made from: the models, the templates and the hand-written part."""

from collections.abc import Mapping
from dataclasses import dataclass
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
        kept: As much of the latter as can be destroyed, with ``data_on_removal: keep``.
        destroyed: The same with ``data_on_removal: destroy``.
    """

    entry: Entry
    fragment: fragments.Fragment
    minimal: Template
    comprehensive: Template
    kept: Template
    destroyed: Template


def read(root: Path, blueprint: str) -> Subject:
    """Synthesises a blueprint in all the ways that its page tells of."""
    settings = sample(root, blueprint)
    kept, destroyed = _removals(root, blueprint, settings)
    return Subject(
        entry=CATALOGUE[blueprint],
        fragment=fragments.read(root, blueprint),
        minimal=synthesise(root, blueprint),
        comprehensive=synthesise(root, blueprint, settings),
        kept=kept,
        destroyed=destroyed,
    )


def _removals(root: Path, blueprint: str, settings: Mapping[str, Any]) -> tuple[Template, Template]:
    """Both choices under the sample settings, or under the defaults where the sample forbids to destroy."""
    try:
        destroyed = synthesise(root, blueprint, {**settings, "data_on_removal": "destroy"})
    except SettingsError:
        return _removals(root, blueprint, {})
    return synthesise(root, blueprint, {**settings, "data_on_removal": "keep"}), destroyed


def sample(root: Path, blueprint: str) -> Mapping[str, Any]:
    """Returns the comprehensive sample settings of a blueprint."""
    file = root / SAMPLES / blueprint / "comprehensive.yaml"
    settings: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"][blueprint]
    return settings
