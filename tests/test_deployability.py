"""The templates hold what AWS would only tell at deployment: CloudFormation's own rules, and the known failures of others."""

import functools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.config import ConfigMixIn, ManualArgs
from cfnlint.decode.decode import decode_str
from cfnlint.runner import Runner

from blueprints.checks.rules import RULES, hard_coded_partition
from blueprints.checks.rules.physical_name import ISSUE as PHYSICAL_NAME
from tests import templates

# What cfn-lint reports and stays as it is.
IGNORED = {"W3005": "The CDK makes whatever depends on a role depend on the role and its policies, of which one would be enough."}
ZONES = {"W3010": "The settings name the zones, where some lack an endpoint."}
# What a graph rule finds and stays as it is, by issue and type.
ACCEPTED = {
    (
        PHYSICAL_NAME,
        "AWS::StepFunctions::StateMachine",
    ): "Its role and key have to name it before it exists; the name has a hash of its place.",
}


@functools.cache
def runner(region: str, *ignored: str) -> Runner:
    """Loading the rules takes as long as a small template does."""
    return Runner(ConfigMixIn(**ManualArgs(regions=[region], ignore_checks=[*ignored])))


def found_by_cfn_lint(name: str, template: templates.Template) -> Iterator[str]:
    region = templates.sample(name).collection.settings.region or "us-east-1"
    ignored = [*IGNORED, *(ZONES if name == "foundation/comprehensive" else ())]
    decoded, errors = decode_str(json.dumps(template))
    assert errors == []
    for match in runner(region, *ignored).validate_template(decoded):
        yield f"{match.rule.id} {match.message} at {'/'.join(map(str, match.path or []))}"


# cfn-lint takes some seconds a template, and these samples hold no type, and hardly a property, that the others lack.
LATER = {name for name in templates.SAMPLES if name.endswith("/minimal")} | {
    "async-inference/isolated",
    "batch-transform/comprehensive",
    "document-analysis/isolated",
    "real-time-inference/isolated",
    "serverless-inference/isolated",
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] * (name in LATER)) for name in templates.SAMPLES])
def test_cfn_lint_finds_nothing(name: str) -> None:
    assert [found for template in templates.sample(name).templates.values() for found in found_by_cfn_lint(name, template)] == []


def test_cfn_lint_would_find_a_mistake() -> None:
    mistaken = {"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python2.7"}}}}
    assert any(found.startswith("E") for found in found_by_cfn_lint("foundation/minimal", mistaken))


@pytest.mark.parametrize("name", templates.SAMPLES)
def test_no_known_failure_is_found(name: str) -> None:
    synthesised = templates.sample(name)
    # For a region that the settings name, the CDK writes that region's partition.
    rules = [rule for rule in RULES if rule is not hard_coded_partition.check or not synthesised.collection.settings.region]
    for template in synthesised.templates.values():
        found = [finding for rule in rules for finding in rule(template)]
        assert [finding for finding in found if (finding.issue, kind(template, finding.logical_id)) not in ACCEPTED] == []


def kind(template: templates.Template, logical_id: str) -> Any:
    return template["Resources"][logical_id]["Type"]
