"""The applications to synthesise, as commands."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import ROOT, Command

APPS = ROOT / "benchmarks" / "apps"
SAMPLES = ROOT / "settings"


def context() -> dict[str, Any]:
    """Returns the feature flags that the CDK command line would hand over."""
    configuration: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    return dict(configuration.get("context", {}))


def empty(folder: Path, *, validation: bool = True) -> Command:
    """Returns the synthesis of an empty app.

    Args:
        folder: Where the cloud assembly is written.
        validation: Whether the CDK validates templates, as it does by default.
    """
    return _synthesis([str(APPS / "empty.py")], folder, validation=validation)


def collection(blueprint: str, folder: Path, *, deployments: int = 1, packs: bool = True, validation: bool = True) -> Command:
    """Returns the synthesis of so many deployments of a blueprint, each with the least settings that it takes.

    Args:
        blueprint: Its name.
        folder: Where the settings file and the cloud assembly are written.
        deployments: How many.
        packs: Whether the five rule packs run.
        validation: Whether the CDK validates templates, as it does by default.
    """
    names = [f"deployment-{number:03}" for number in range(deployments)]
    least = minimal(blueprint)
    settings = {"rules": False, "deployments": {name: {"blueprint": blueprint, **least} for name in names}}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return _synthesis([str(APPS / "collection.py"), str(file), *(["packs"] if packs else [])], folder, validation=validation)


def minimal(blueprint: str) -> dict[str, Any]:
    """Returns the settings of a blueprint's minimal sample: none where everything has a default."""
    sample = yaml.safe_load((SAMPLES / blueprint / "minimal.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = sample["deployments"][blueprint]
    return found


def _synthesis(arguments: list[str], folder: Path, *, validation: bool) -> Command:
    environment = {
        "CDK_CONTEXT_JSON": json.dumps(context()),
        "CDK_OUTDIR": str(folder / "cdk.out"),
        "CDK_VALIDATION": json.dumps(validation),
        # What is timed is compiled once, in the run that warms up, whatever this process was told.
        "PYTHONDONTWRITEBYTECODE": "",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": str(ROOT),
    }
    return Command([sys.executable, *arguments], environment)
