"""For tests of stacks built on this library: snapshots that compare what a template means, and the findings of the rule packs.

Needs the extra ``testing``. Import the fixture where your tests find it, in ``conftest.py``::

    from ml_constructs.testing import template_snapshot  # noqa: F401

    def test_the_stack(template_snapshot):
        assert Template.from_stack(stack).to_json() == template_snapshot
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.types import PropertyFilter, PropertyMatcher, SerializableData, SerializedData

from ml_constructs.foundation.compliance import PACKS, rule_packs

ASSET_HASH = re.compile(r"\b[0-9a-f]{64}(?=\.[a-z]+$)|(?<!sha256:)(?<=:)[0-9a-f]{64}$")
CONTENT_HASH = re.compile(r"[0-9a-f]{32}$")
NAMED_BY_CONTENT = ("AWS::ApiGateway::Deployment", "AWS::Lambda::LayerVersion", "AWS::Lambda::Version")
REPORT = "validation-report.json"


def normalised(template: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a template without what changes while its meaning doesn't.

    Left out: metadata; the CDK's own parameter, rule and condition; its analytics resource. Replaced by a word: the hashes of assets (files
    and image tags), and those at the end of logical ids that are made of content (versions, deployments). Sorted: ``DependsOn``.

    Args:
        template: As synthesised.
    """
    resources = {name: resource for name, resource in template.get("Resources", {}).items() if resource["Type"] != "AWS::CDK::Metadata"}
    renamed = {name: CONTENT_HASH.sub("Content", name) for name, resource in resources.items() if resource["Type"] in NAMED_BY_CONTENT}
    kept = {**template, "Resources": resources}
    for section, own in (("Parameters", "BootstrapVersion"), ("Rules", "CheckBootstrapVersion"), ("Conditions", "CDKMetadataAvailable")):
        kept[section] = {name: value for name, value in template.get(section, {}).items() if name != own}
    return {section: _plain(value, renamed) for section, value in kept.items() if value and section != "Metadata"}


def _plain(value: Any, renamed: Mapping[str, str]) -> Any:
    match value:
        case str():
            return ASSET_HASH.sub("asset", _renamed(value, renamed))
        case list():
            return [_plain(item, renamed) for item in value]
        case dict():
            return {_renamed(name, renamed): _member(name, item, renamed) for name, item in value.items() if not _is_metadata(name, value)}
    return value


def _member(name: str, item: Any, renamed: Mapping[str, str]) -> Any:
    plain = _plain(item, renamed)
    return sorted(plain) if name == "DependsOn" and isinstance(plain, list) else plain


def _is_metadata(name: str, parent: Mapping[str, Any]) -> bool:
    return name == "Metadata" and isinstance(parent.get("Type"), str) and "::" in parent["Type"]


def _renamed(text: str, renamed: Mapping[str, str]) -> str:
    for name, replacement in renamed.items():
        text = text.replace(name, replacement)
    return text


class TemplateSnapshotExtension(JSONSnapshotExtension):
    """Stores a template as JSON, normalised."""

    def serialize(
        self,
        data: SerializableData,
        *,
        exclude: PropertyFilter | None = None,
        include: PropertyFilter | None = None,
        matcher: PropertyMatcher | None = None,
    ) -> SerializedData:
        """The normalised template as JSON, keys sorted."""
        return super().serialize(normalised(data), exclude=exclude, include=include, matcher=matcher)


@pytest.fixture
def template_snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """A syrupy snapshot for templates; write or accept changes with ``pytest --snapshot-update``."""
    return snapshot.use_extension(TemplateSnapshotExtension)


def rule_findings(app: App, packs: Iterable[str] = PACKS) -> dict[str, list[str]]:
    """Synthesises the app and returns the findings that nobody acknowledged: the paths of the constructs by rule.

    Args:
        app: Made with ``context={"@aws-cdk/core:failSynthOnValidationErrors": False}``, so that findings don't end the synthesis.
        packs: Names in ``ml_constructs.foundation.compliance.PACKS``.
    """
    Validations.of(app).add_plugins(*rule_packs(app, packs))
    report = json.loads(Path(app.synth().directory, REPORT).read_text(encoding="utf-8"))
    return {
        violation["ruleName"]: sorted(construct["constructPath"] for construct in violation["violatingConstructs"])
        for plugin in report["pluginReports"]
        if plugin["pluginName"] in PACKS
        for violation in plugin["violations"]
    }
