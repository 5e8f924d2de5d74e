"""Synthesises a blueprint under chosen settings, in this process."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import yaml

from app import compose
from blueprints.docs.template import Template
from stacks.catalogue import CATALOGUE
from stacks.settings import load

PATHS = {"aws:cdk:enable-path-metadata": True}
NEUTRAL = {"rules": False}


def synthesise(root: Path, blueprint: str, settings: Mapping[str, Any] | None = None) -> Template:
    """Returns the template of one blueprint, deployed under its own name.

    Args:
        root: The project's folder.
        blueprint: Its name in the catalogue.
        settings: Its settings, beside defaults; a ``network`` of their own goes with them.

    Raises:
        SettingsError: The settings don't fit the blueprint.
    """
    given = {**_needed(root, blueprint), **(settings or {})}
    return _synthesise(root, blueprint, json.dumps({**NEUTRAL, "deployments": {blueprint: given}}, sort_keys=True))


@cache
def _needed(root: Path, blueprint: str) -> Mapping[str, Any]:
    """Settings without defaults, as the minimal sample has them."""
    fields = CATALOGUE[blueprint].settings_model().model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    if not needed:
        return {}
    sample = yaml.safe_load((root / "settings" / blueprint / "minimal.yaml").read_text(encoding="utf-8"))
    return {name: sample["deployments"][blueprint][name] for name in needed}


@cache
def _synthesise(root: Path, blueprint: str, settings: str) -> Template:
    flags = json.loads((root / "cdk.json").read_text(encoding="utf-8"))["context"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.yaml"
        path.write_text(settings, encoding="utf-8")
        app = cdk.App(context={**flags, **PATHS}, outdir=f"{folder}/cdk.out", builtin_cloud_formation_validation=False)
        compose(app, load(path))
        return Template(app.synth().get_stack_by_name(blueprint).template)
