"""What the sample settings synthesise to: each file once per run, shared by all tests and workers."""

import atexit
import fcntl
import functools
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from app import compose
from ml_constructs.foundation.compliance import rule_packs
from stacks.settings import Collection, load

ROOT = Path(__file__).parents[1]
SHARED = "SHARED_ASSEMBLIES"
HANDLERS = ROOT / "lambda"
SAMPLES = {f"{path.parent.name}/{path.stem}": path for path in sorted((ROOT / "settings").glob("*/*.yaml"))}
Template = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Synthesised:
    """What a settings file synthesises to."""

    collection: Collection
    directory: Path

    @functools.cached_property
    def templates(self) -> dict[str, Template]:
        """The templates by the names of their stacks, in the order of the assembly."""
        artifacts = json.loads((self.directory / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
        stacks = {name: artifact for name, artifact in artifacts.items() if artifact["type"] == "aws:cloudformation:stack"}
        files = {name: self.directory / stack["properties"]["templateFile"] for name, stack in stacks.items()}
        return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items()}

    @functools.cached_property
    def report(self) -> dict[str, Any]:
        """What the rule packs found."""
        return read_report(self.directory)


def read_report(assembly: Path) -> dict[str, Any]:
    """What the rule packs found, as it stands in the cloud assembly; empty lists if they found nothing or were not attached."""
    path = assembly / "validation-report.json"
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"pluginReports": []}
    return report


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="assemblies-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _shared_folder() -> Path:
    """What all workers of a run share, or what this process has for itself."""
    return Path(os.environ[SHARED]) if SHARED in os.environ else _folder()


def app(directory: Path | None = None) -> cdk.App:
    """An app with the project's feature flags, whose synthesis reports findings instead of failing."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    outdir = str(directory or tempfile.mkdtemp(dir=_folder()))
    return cdk.App(context={**flags, "@aws-cdk/core:failSynthOnValidationErrors": False}, outdir=outdir)


@functools.cache
def synthesise(path: Path, *, rules: bool = True) -> Synthesised:
    """What a settings file synthesises to, checked by all rule packs, whichever its compliance profile has, or by none; once a run."""
    collection = load(path)
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    directory = _shared_folder() / f"{content}-{'checked' if rules else 'plain'}"
    with directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            unfinished = directory.with_suffix(".unfinished")
            _synthesise(collection, unfinished, rules=rules)
            unfinished.rename(directory)
    return Synthesised(collection, directory)


def _synthesise(collection: Collection, directory: Path, *, rules: bool) -> None:
    composed = app(directory)
    compose(composed, replace(collection, settings=collection.settings.model_copy(update={"rules": False})))
    if rules:
        cdk.Validations.of(composed).add_plugins(*rule_packs(composed))
    composed.synth()


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
