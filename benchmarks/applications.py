"""The applications to synthesise, as commands."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import ROOT, Command

EMPTY = ROOT / "benchmarks" / "apps" / "empty.py"
ALL_PACKS = "fedramp"


def context() -> dict[str, Any]:
    """Returns the feature flags that the CDK command line would hand over."""
    configuration: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    return dict(configuration.get("context", {}))


def empty(folder: Path) -> Command:
    """Returns the synthesis of an empty app."""
    return _synthesis(EMPTY, folder, {})


def document_analysis(folder: Path, *, deployments: int = 1, rules: bool = True) -> Command:
    """Returns the synthesis of so many deployments of document-analysis, each with its own settings.

    Args:
        folder: Where the settings file and the cloud assembly are written.
        deployments: How many.
        rules: Whether the five rule packs run.
    """
    names = [f"documents-{number:03}" for number in range(deployments)]
    settings = {
        "compliance": ALL_PACKS,
        "rules": rules,
        "deployments": {name: {"blueprint": "document-analysis"} for name in names},
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return _synthesis(ROOT / "app.py", folder, {"settings": str(file)})


def _synthesis(app: Path, folder: Path, more: Mapping[str, str]) -> Command:
    environment = {
        "CDK_CONTEXT_JSON": json.dumps({**context(), **more}),
        "CDK_OUTDIR": str(folder / "cdk.out"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    return Command([sys.executable, str(app)], environment)
