import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from ml_constructs.foundation import acknowledge, attach_rules
from ml_constructs.foundation.compliance import PACKS, PROFILES, standard_rules

REASON = "A reason that is long enough to convince a stranger."


def reported(app: cdk.App) -> dict[str, dict[str, list[str]]]:
    """Findings, and acknowledged ones, by pack."""
    report = json.loads(Path(app.synth().directory, "validation-report.json").read_text(encoding="utf-8"))
    kinds = ("violations", "suppressedViolations")
    return {
        plugin["pluginName"]: {kind: [violation["ruleName"] for violation in plugin.get(kind, [])] for kind in kinds}
        for plugin in report["pluginReports"]
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_attaches_its_packs_and_each_finds_something_on_a_bad_bucket(app: cdk.App, stack: cdk.Stack, profile: str) -> None:
    s3.CfnBucket(stack, "Bad")
    attach_rules(app, profile)
    found = {pack for pack, kinds in reported(app).items() if kinds["violations"]}
    assert found == set(PROFILES[profile]) - {"Serverless"}


def test_the_serverless_pack_finds_something_on_a_bad_function(app: cdk.App, stack: cdk.Stack) -> None:
    code = lambda_.CfnFunction.CodeProperty(zip_file="pass")
    lambda_.CfnFunction(stack, "Bad", code=code, role="arn:aws:iam::111122223333:role/bad")
    attach_rules(app)
    assert reported(app)["Serverless"]["violations"]


def test_every_pack_belongs_to_a_profile() -> None:
    assert {pack for packs in PROFILES.values() for pack in packs} == set(PACKS)


def test_an_unknown_profile_is_refused(app: cdk.App) -> None:
    with pytest.raises(ValueError, match=r"profile must be one of baseline, hipaa, pci, gdpr, fedramp, got 'sox'"):
        attach_rules(app, "sox")


def test_an_acknowledged_finding_stays_in_the_report_with_its_reason(app: cdk.App, stack: cdk.Stack) -> None:
    bucket = s3.Bucket(stack, "Bucket")
    acknowledge(bucket, "AwsSolutions::AwsSolutions-S1", REASON)
    attach_rules(app)
    report = reported(app)["AwsSolutions"]
    assert "AwsSolutions-S1" in report["suppressedViolations"]
    assert "AwsSolutions-S1" not in report["violations"]
    assert "AwsSolutions-S10" in report["violations"]


def test_a_finding_is_acknowledged_for_its_own_resource_only(stack: cdk.Stack, findings: Callable[[], dict[str, list[str]]]) -> None:
    acknowledge(s3.Bucket(stack, "Explained"), "AwsSolutions::AwsSolutions-S1", REASON)
    s3.Bucket(stack, "Unexplained")
    assert findings()["AwsSolutions-S1"] == ["Stack/Unexplained/Resource"]


@pytest.mark.parametrize(
    "rule_id",
    [
        "AwsSolutions-S1",
        "AwsSolutions",
        "AwsSolutions::S1",
        "AwsSolutions::HIPAA.Security-LambdaDLQ",
        "AwsSolutions::AwsSolutions-IAM5[]",
        "AwsSolutions::AwsSolutions-*",
        "Unknown::Unknown-S1",
    ],
)
def test_ids_without_their_pack_or_with_a_pattern_are_refused(stack: cdk.Stack, rule_id: str) -> None:
    with pytest.raises(ValueError, match=r"rule id must look like 'AwsSolutions::AwsSolutions-S1' with a pack of AwsSolutions, .*, got "):
        acknowledge(stack, [rule_id], REASON)


@pytest.mark.parametrize("reason", ["", "not needed", " " * 40, "x" * 29])
def test_a_reason_that_explains_nothing_is_refused(stack: cdk.Stack, reason: str) -> None:
    with pytest.raises(ValueError, match=r"reason must have at least 30 characters, got "):
        acknowledge(stack, "AwsSolutions::AwsSolutions-S1", reason)


def test_a_rule_of_several_packs_has_an_id_in_each() -> None:
    assert standard_rules("LambdaDLQ", ["HIPAA.Security", "Serverless"]) == [
        "HIPAA.Security::HIPAA.Security-LambdaDLQ",
        "Serverless::Serverless-LambdaDLQ",
    ]
