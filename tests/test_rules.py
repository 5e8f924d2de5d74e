"""All rule packs are attached, find nothing that nobody explained, and every explanation is one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from app import compose
from ml_constructs.foundation.compliance import MINIMUM_REASON, PACKS, PROFILES
from stacks.settings import load
from tests import templates

NOTHING = templates.text("deployments: {}")
# At most as many explained findings as this; raising a number takes a reason in the commit.
BUDGETS = {
    "async-inference/comprehensive": 75,
    "async-inference/isolated": 85,
    "async-inference/minimal": 85,
    "batch-transform/comprehensive": 90,
    "batch-transform/isolated": 100,
    "batch-transform/minimal": 100,
    "document-analysis/comprehensive": 250,
    "document-analysis/isolated": 230,
    "document-analysis/minimal": 200,
    "foundation/comprehensive": 40,
    "foundation/minimal": 35,
    "knowledge-base-rag/comprehensive": 125,
    "knowledge-base-rag/isolated": 110,
    "knowledge-base-rag/minimal": 110,
    "llm-inference/comprehensive": 55,
    "llm-inference/isolated": 60,
    "llm-inference/minimal": 65,
    "multi-model-inference/comprehensive": 40,
    "multi-model-inference/isolated": 60,
    "multi-model-inference/minimal": 60,
    "real-time-inference/comprehensive": 45,
    "real-time-inference/isolated": 60,
    "real-time-inference/minimal": 50,
    "serverless-inference/comprehensive": 30,
    "serverless-inference/isolated": 50,
    "serverless-inference/minimal": 50,
}
# Explanations of constructs that some deployments have no use for.
SPARE = {
    # Found only on a bucket that nothing logs to; in these deployments something does.
    *("AwsSolutions::AwsSolutions-S1", *(f"{pack}::{pack}-S3BucketLoggingEnabled" for pack in PACKS)),
    # Found only on a queue that is not a dead-letter queue; in these deployments it is one.
    "AwsSolutions::AwsSolutions-SQS3",
    # Found only on a function without reserved concurrency; in these deployments the settings reserve some.
    *(f"{pack}::{pack}-LambdaConcurrency" for pack in PACKS),
}
# What the CDK itself acknowledges, about its own warnings.
OF_THE_CDK = "CloudFormation-Validate::"
# How far below the explained construct a finding may lie: the policy of a role, or a resource made by its construct.
DEEPEST = 3


@dataclass(frozen=True)
class Explained:
    """One acknowledgement, and the construct that it stands at."""

    path: str
    rule: str
    reason: str


def acknowledgements(assembly: Path) -> Iterator[Explained]:
    for file in sorted(assembly.glob("*.metadata.json")):
        for path, entries in json.loads(file.read_text()).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    yield from (Explained(path.strip("/"), rule, reason) for rule, reason in entry["data"].items())


def own(name: str) -> list[Explained]:
    found = acknowledgements(templates.sample(name).directory)
    return [explained for explained in found if not explained.rule.startswith(OF_THE_CDK)]


def plant_bad_resources(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Planted")
    s3.CfnBucket(stack, "Bucket")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["s3:*"], resources=["*"]))
    code = lambda_.CfnFunction.CodeProperty(zip_file="pass")
    lambda_.CfnFunction(stack, "Function", code=code, role=role.role_arn, handler="index.handler", runtime="python3.9")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_packs_of_a_profile_are_attached_where_app_py_composes(profile: str) -> None:
    collection = load(NOTHING)
    collection = replace(collection, settings=collection.settings.model_copy(update={"compliance": profile}))
    app = templates.app()
    compose(app, collection)
    plant_bad_resources(app)
    found = {pack["pluginName"]: violating(pack) for pack in templates.read_report(Path(app.synth().directory))["pluginReports"]}
    assert set(PROFILES[profile]) <= set(found)
    for pack in PROFILES[profile]:
        assert any(path.startswith("Planted/") for path in found[pack]), pack


def test_every_pack_belongs_to_a_profile_that_the_canary_sings_for() -> None:
    assert {pack for packs in PROFILES.values() for pack in packs} == set(PACKS)
    assert len(PACKS) == 5


def violating(pack: dict[str, Any], kind: str = "violations") -> set[str]:
    return {construct["constructPath"] for violation in pack.get(kind, []) for construct in violation["violatingConstructs"]}


@pytest.mark.parametrize("name", templates.SAMPLES)
def test_nothing_is_found_that_nobody_explained(name: str) -> None:
    reports = {pack["pluginName"]: pack for pack in templates.sample(name).report["pluginReports"]}
    assert set(PACKS) <= set(reports)
    for pack in PACKS:
        assert violating(reports[pack]) == set()
        assert violating(reports[pack], "suppressedViolations") != set()


@pytest.mark.parametrize("name", templates.SAMPLES)
def test_every_explanation_names_its_pack_its_reason_and_its_resource(name: str) -> None:
    explained = own(name)
    assert explained
    assert {entry for entry in explained if entry.rule.split("::")[0] not in PACKS} == set()
    assert {entry for entry in explained if len(entry.reason.strip()) < MINIMUM_REASON} == set()
    assert {entry for entry in explained if "/" not in entry.path} == set()


@pytest.mark.parametrize("name", templates.SAMPLES)
def test_every_explanation_stands_beside_what_it_explains(name: str) -> None:
    far = set()
    for pack in templates.sample(name).report["pluginReports"]:
        for violation in pack.get("suppressedViolations", []):
            for construct in violation["violatingConstructs"] if pack["pluginName"] in PACKS else ():
                below = construct["constructPath"].removeprefix(violation["acknowledgedAt"]).strip("/").split("/")
                if violation["acknowledgedAt"].count("/") < 1 or len(below) > DEEPEST:
                    far.add((violation["acknowledgedAt"], construct["constructPath"], violation["acknowledgedId"]))
    assert far == set()


@pytest.mark.parametrize("name", templates.SAMPLES)
def test_every_explanation_is_of_something_that_is_found(name: str) -> None:
    used = {
        (violation["acknowledgedAt"], violation["acknowledgedId"])
        for pack in templates.sample(name).report["pluginReports"]
        for violation in pack.get("suppressedViolations", [])
    }
    assert {(entry.path, entry.rule) for entry in own(name) if entry.rule not in SPARE} - used == set()


@pytest.mark.parametrize(("name", "budget"), BUDGETS.items())
def test_explanations_stay_within_their_budget(name: str, budget: int) -> None:
    packs = templates.sample(name).report["pluginReports"]
    explained = {pack["pluginName"]: len(pack.get("suppressedViolations", [])) for pack in packs}
    assert budget * 0.8 <= sum(explained.values()) <= budget, explained


def test_every_sample_has_a_budget() -> None:
    assert set(BUDGETS) == set(templates.SAMPLES)
