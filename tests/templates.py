"""What the sample settings synthesise to: each file once per process, shared by all tests."""

import atexit
import functools
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.cx_api import CloudAssembly

from app import compose
from ml_constructs.foundation.compliance import rule_packs
from stacks.settings import Collection, load

ROOT = Path(__file__).parents[1]
HANDLERS = ROOT / "lambda"
SAMPLES = {f"{path.parent.name}/{path.stem}": path for path in sorted((ROOT / "settings").glob("*/*.yaml"))}
Template = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Synthesised:
    """An app and what it synthesises to."""

    app: cdk.App
    collection: Collection
    assembly: CloudAssembly

    @functools.cached_property
    def templates(self) -> dict[str, Template]:
        """The templates by the names of their stacks."""
        return {stack.stack_name: stack.template for stack in self.assembly.stacks}

    @functools.cached_property
    def report(self) -> dict[str, Any]:
        """What the rule packs found."""
        return read_report(self.assembly)


def read_report(assembly: CloudAssembly) -> dict[str, Any]:
    """What the rule packs found, as it stands in the cloud assembly; empty lists if they found nothing or were not attached."""
    path = Path(assembly.directory, "validation-report.json")
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"pluginReports": []}
    return report


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="assemblies-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def app() -> cdk.App:
    """An app with the project's feature flags, whose synthesis reports findings instead of failing."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    return cdk.App(context={**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}, outdir=tempfile.mkdtemp(dir=_folder()))


@functools.cache
def synthesise(path: Path, *, rules: bool = True) -> Synthesised:
    """What a settings file synthesises to, checked by all rule packs, whichever its compliance profile has, or by none."""
    collection = load(path)
    collection = replace(collection, settings=collection.settings.model_copy(update={"rules": False}))
    composed = app()
    compose(composed, collection)
    if rules:
        cdk.Validations.of(composed).add_plugins(*rule_packs(composed))
    return Synthesised(composed, collection, composed.synth())


def of_type(template: Template, kind: str) -> list[Any]:
    """The resources of one type."""
    return [resource for resource in template["Resources"].values() if resource["Type"] == kind]


def interface_endpoints(template: Template) -> set[str]:
    """The services that a network has interface endpoints of."""
    found = [resource["Properties"] for resource in of_type(template, "AWS::EC2::VPCEndpoint")]
    return {each["ServiceName"]["Fn::Join"][1][-1].strip(".") for each in found if each["VpcEndpointType"] == "Interface"}


def text(content: str) -> Path:
    """A settings file with the given content."""
    path = Path(tempfile.mkdtemp(dir=_folder())) / "settings.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def sample(name: str) -> Synthesised:
    """What one of ``SAMPLES`` synthesises to."""
    return synthesise(SAMPLES[name])


DESTROYED = text(
    "deployments: {foundation: {data_on_removal: destroy}, document-analysis: {data_on_removal: destroy, network: foundation}}"
)
PLAIN_TEXT = text("network: none\ndeployments: {document-analysis: {features: [text, identity], text_features: []}}")
STORES = text(
    """
    deployments:
      s3-open: {blueprint: knowledge-base-rag, network: none, data_on_removal: destroy}
      s3-closed: {blueprint: knowledge-base-rag, network: own, streaming: false}
      opensearch-open: {blueprint: knowledge-base-rag, vector_store: opensearch-serverless, network: none}
      opensearch-closed: {blueprint: knowledge-base-rag, vector_store: opensearch-serverless, network: own, api: private}
      aurora-closed: {blueprint: knowledge-base-rag, vector_store: aurora-pgvector, network: own, data_on_removal: destroy}
    """
)
