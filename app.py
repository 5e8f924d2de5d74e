"""Composition root: settings in, chosen blueprints out."""

import gc
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    gc.disable()  # What is imported stays to the end: looking through it for garbage, again and again, is for nothing.

import aws_cdk as cdk

from ml_constructs.foundation.compliance import attach_rules
from stacks.base import DeploymentContext
from stacks.settings import Collection, SettingsError, load
from stacks.settings.collection import Deployment
from stacks.settings.models import CollectionSettings

ROOT = Path(__file__).parent
DEFAULT_SETTINGS = "settings/default.yaml"
FAILED, BAD_INPUT = 1, 2
REPEATABLE = {"aws:cdk:disable-creation-stack-traces": True}
"""Keeps the folders of this machine out of assemblies; the command line warns of such a key when it stands in cdk.json."""
RULES_FAILED = "ValidationFailed: "
"""How the CDK's error begins after it has printed what the rules found."""


def compose(app: cdk.App, collection: Collection) -> None:
    """Defines the deployments of a collection, each as a stack of its name, and attaches the rules that check them.

    Raises:
        ValueError: Settings that the region or other settings don't suit, with the name of the deployment.
    """
    common = collection.settings
    stacks = {deployment.name: _stack(app, deployment, common) for deployment in collection.deployments}
    for deployment in collection.deployments:
        if deployment.network == "foundation" and common.foundation in stacks:
            stacks[deployment.name].add_stack_dependency(stacks[common.foundation])
    if common.rules:
        attach_rules(app, common.compliance)


def _stack(app: cdk.App, deployment: Deployment, common: CollectionSettings) -> cdk.Stack:
    context = DeploymentContext(
        blueprint=deployment.entry.name,
        network=deployment.network,
        foundation=common.foundation,
        services=deployment.entry.services,
        tags=common.tags,
    )
    try:
        return deployment.entry.stack_class()(
            app,
            deployment.name,
            settings=deployment.settings,
            context=context,
            description=deployment.entry.summary,
            env=cdk.Environment(region=common.region),
        )
    except ValueError as error:
        raise ValueError(f"deployments.{deployment.name}: {error}") from error


def main() -> None:
    """Synthesises the settings file that the context names (``-c settings=FILE``); exits with 1 for findings and 2 for wrong settings."""
    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    app = cdk.App(context={**flags, **REPEATABLE})
    path = Path(app.node.try_get_context("settings") or DEFAULT_SETTINGS)
    try:
        compose(app, load(path))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_INPUT)
    except ValueError as error:  # what constructs refuse, which know the region and what goes together
        sys.stderr.write(f"{path}: {error}\n")
        sys.exit(BAD_INPUT)
    try:
        app.synth()
    except RuntimeError as error:
        if not str(error).startswith(RULES_FAILED):
            raise
        sys.exit(FAILED)


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    main()
