from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.foundation.compliance import PACKS
from ml_constructs.testing import TemplateSnapshotExtension, normalised, rule_findings

HASH = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4


def function(code: str = f"{HASH}.zip", **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": code}}, **more}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def test_another_hash_of_the_same_asset_makes_no_difference() -> None:
    assert normalised(template(F=function())) == normalised(template(F=function(f"{OTHER}.zip")))


def test_another_tag_of_the_same_image_makes_no_difference() -> None:
    image = "${AWS::AccountId}.dkr.ecr.eu-west-1.${AWS::URLSuffix}/cdk-assets:"
    one, other = (
        template(J={"Type": "AWS::Batch::JobDefinition", "Properties": {"Image": {"Fn::Sub": image + tag}}}) for tag in (HASH, OTHER)
    )
    assert normalised(one) == normalised(other)


def test_another_digest_or_another_hash_in_the_settings_is_a_difference() -> None:
    for before, after in ((f"image@sha256:{HASH}", f"image@sha256:{OTHER}"), (HASH, OTHER)):
        one, other = (template(F=function(Environment=value)) for value in (before, after))
        assert normalised(one) != normalised(other)


def test_a_changed_property_is_a_difference() -> None:
    assert normalised(template(F=function())) != normalised(template(F=function("code.zip")))


def test_metadata_and_what_the_cdk_adds_for_itself_are_left_out() -> None:
    synthesised = {
        "Conditions": {"CDKMetadataAvailable": {}},
        "Metadata": {"made": "today"},
        "Parameters": {"BootstrapVersion": {}},
        "Resources": {"CDKMetadata": {"Type": "AWS::CDK::Metadata"}, "F": function(Metadata={"aws:cdk:path": "Stack/F"})},
        "Rules": {"CheckBootstrapVersion": {}},
    }
    assert normalised(synthesised) == normalised(template(F=function()))


def test_parameters_rules_conditions_and_outputs_of_the_author_stay() -> None:
    own = {section: {"Own": {"Value": 1}} for section in ("Conditions", "Outputs", "Parameters", "Resources", "Rules")}
    own["Resources"] = {"F": function()}
    assert set(normalised(own)) == set(own)


def test_a_property_called_metadata_stays() -> None:
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"Metadata": {"kept": True}}}
    assert normalised(template(B=resource))["Resources"]["B"] == resource


def test_the_order_of_dependencies_makes_no_difference() -> None:
    assert normalised(template(F=function(DependsOn=["B", "A"]))) == normalised(template(F=function(DependsOn=["A", "B"])))


def test_a_single_dependency_stays_as_it_is() -> None:
    assert normalised(template(F=function(DependsOn="A")))["Resources"]["F"]["DependsOn"] == "A"


def test_logical_ids_made_of_content_are_replaced_wherever_they_are_named() -> None:
    def versioned(content: str) -> dict[str, Any]:
        version = f"FCurrentVersion{content}"
        alias = {"Type": "AWS::Lambda::Alias", "Properties": {"Version": {"Fn::GetAtt": [version, "Version"]}}, "DependsOn": [version]}
        return {
            **template(Alias=alias, **{version: {"Type": "AWS::Lambda::Version"}}),
            "Outputs": {"V": {"Value": {"Fn::Sub": f"${{{version}}}"}}},
        }

    one, other = normalised(versioned(HASH[:32])), normalised(versioned(OTHER[:32]))
    assert one == other
    assert "FCurrentVersionContent" in one["Resources"]


def test_a_hash_at_the_end_of_any_other_logical_id_stays() -> None:
    name = f"F{HASH[:32]}"
    assert name in normalised(template(**{name: function()}))["Resources"]


def test_the_template_itself_is_not_changed() -> None:
    synthesised = template(F=function(Metadata={"aws:cdk:path": "Stack/F"}))
    normalised(synthesised)
    assert "Metadata" in synthesised["Resources"]["F"]


def test_a_template_equals_its_snapshot(stack: cdk.Stack, template_snapshot: SnapshotAssertion) -> None:
    s3.Bucket(stack, "Bucket")
    assert Template.from_stack(stack).to_json() == template_snapshot


def test_a_snapshot_changes_with_the_meaning_of_the_template_only() -> None:
    store = TemplateSnapshotExtension().serialize
    assert store(template(F=function())) == store(template(F=function(f"{OTHER}.zip")))
    assert store(template(F=function())) != store(template(F=function("code.zip")))


def test_every_pack_reports_what_nobody_acknowledged(app: cdk.App, stack: cdk.Stack) -> None:
    s3.CfnBucket(stack, "Bucket")
    code = lambda_.CfnFunction.CodeProperty(zip_file="pass")
    lambda_.CfnFunction(stack, "Function", code=code, role="arn:aws:iam::111122223333:role/bad")
    found = rule_findings(app)
    assert {pack for pack in PACKS if any(rule.startswith(f"{pack}-") for rule in found)} == set(PACKS)
    assert found["AwsSolutions-S1"] == ["Stack/Bucket"]


def test_the_packs_can_be_chosen(app: cdk.App, stack: cdk.Stack) -> None:
    s3.CfnBucket(stack, "Bucket")
    assert {rule.partition("-")[0] for rule in rule_findings(app, ["PCI.DSS.321"])} == {"PCI.DSS.321"}
