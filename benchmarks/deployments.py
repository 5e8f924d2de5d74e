"""Blueprints deployed to the embedded AWS, to be measured there."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from blueprints.local.cdk import CdkCli
from blueprints.local.embedded import EmbeddedAws


class StalledError(RuntimeError):
    """Nothing was finished for a long time."""


def deploy(aws: EmbeddedAws, folder: Path, name: str, settings: Mapping[str, Any]) -> tuple[dict[str, str], float]:
    """Deploys one deployment of a collection with the CDK command line.

    Args:
        aws: Where to.
        folder: Where the settings file and the outputs are written.
        name: The deployment.
        settings: Those of the collection.

    Returns:
        The outputs of its stack, and the seconds that it took, bootstrap included.
    """
    file, outputs = folder / "settings.yaml", folder / "outputs.json"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    start = time.perf_counter()
    cdk = CdkCli(aws, context={"settings": str(file)})
    cdk.bootstrap()
    cdk.deploy([name], outputs_file=outputs)
    return json.loads(outputs.read_text(encoding="utf-8"))[name], time.perf_counter() - start
