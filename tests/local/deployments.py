"""Blueprints as their trials deploy them: by the real CDK command line, to the embedded AWS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blueprints.local.cdk import CdkCli
from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.trial import settings_file
from stacks.catalogue import CATALOGUE


@contextmanager
def deployment(name: str, aws: EmbeddedAws, folder: Path) -> Iterator[dict[str, str]]:
    """Deploys a blueprint, gives its outputs, and destroys it: only the role of API Gateway, of which an account has one, stays."""
    outputs_file = folder / "outputs.json"
    cdk = CdkCli(aws, context={"settings": str(settings_file(CATALOGUE[name]))})
    cdk.bootstrap()
    cdk.deploy([name], outputs_file)
    yield json.loads(outputs_file.read_text(encoding="utf-8"))[name]
    cdk.destroy([name])
    assert {left.kind for left in cdk.leftovers() if name in left.name} <= {"AWS::IAM::Role"}
