from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.foundation.firewall import LARGE_BODY, Filtering, Firewall

Define = Callable[..., Firewall]


@pytest.fixture
def define(stack: cdk.Stack, key: DataKey) -> Define:
    def make(requests_per_address: int = 1000, **options: Any) -> Firewall:
        api = apigateway.RestApi(stack, "Api")
        api.root.add_method("GET")
        return Firewall(
            stack,
            "Firewall",
            stage=api.deployment_stage,
            filtering=Filtering(name="Api", **options),
            requests_per_address=requests_per_address,
            defaults=HandlerDefaults(key=key),
        )

    return make


@pytest.fixture
def acl(define: Define, template: Callable[[], Template]) -> Callable[..., Any]:
    """The properties of the access control list."""

    def look(**options: Any) -> Any:
        define(**options)
        (found,) = template().find_resources("AWS::WAFv2::WebACL").values()
        return found["Properties"]

    return look


def test_the_stage_of_the_api_is_protected(define: Define, stack: cdk.Stack, template: Callable[[], Template]) -> None:
    firewall = define()
    protected = {
        "ResourceArn": stack.resolve(stack.node.find_child("Api").deployment_stage.stage_arn),  # type: ignore[attr-defined]
        "WebACLArn": stack.resolve(firewall.acl.attr_arn),
    }
    template().has_resource_properties("AWS::WAFv2::WebACLAssociation", protected)


def test_rules_of_aws_and_a_limit_apply_in_order(acl: Callable[..., Any]) -> None:
    found = acl()
    rules = {rule["Priority"]: rule for rule in found["Rules"]}
    assert found["Scope"] == "REGIONAL"
    assert found["VisibilityConfig"]["MetricName"] == "Api"
    assert rules[0]["Statement"]["RateBasedStatement"] == {"AggregateKeyType": "IP", "Limit": 1000}
    assert [rules[number]["Name"].removeprefix("AWSManagedRules") for number in (1, 2, 3)] == [
        "CommonRuleSet",
        "KnownBadInputsRuleSet",
        "AmazonIpReputationList",
    ]


def test_by_default_every_rule_refuses_and_bodies_are_left_as_waf_logs_them(acl: Callable[..., Any]) -> None:
    found = acl()
    groups = [rule["Statement"]["ManagedRuleGroupStatement"] for rule in found["Rules"] if rule["Priority"]]
    assert all("RuleActionOverrides" not in group for group in groups)
    assert "DataProtectionConfig" not in found


def test_the_limit_of_an_address_can_be_chosen(acl: Callable[..., Any]) -> None:
    assert acl(requests_per_address=50)["Rules"][0]["Statement"]["RateBasedStatement"]["Limit"] == 50


def test_rules_of_the_common_set_can_count_instead(acl: Callable[..., Any]) -> None:
    overrides = [
        rule["Statement"]["ManagedRuleGroupStatement"].get("RuleActionOverrides")
        for rule in acl(counted=(LARGE_BODY,))["Rules"]
        if rule["Priority"]
    ]
    assert overrides == [[{"ActionToUse": {"Count": {}}, "Name": "SizeRestrictions_BODY"}], None, None]


def test_what_rules_found_in_bodies_can_be_hidden(acl: Callable[..., Any]) -> None:
    hidden = {"DataProtections": [{"Action": "SUBSTITUTION", "Field": {"FieldType": "BODY"}}]}
    assert acl(hide_bodies=True)["DataProtectionConfig"] == hidden


def test_requests_are_logged_encrypted_and_without_credentials(
    define: Define, stack: cdk.Stack, key: DataKey, template: Callable[[], Template]
) -> None:
    group = stack.get_logical_id(define().log_group.node.default_child)  # type: ignore[arg-type]
    found = template()
    found.has_resource_properties(
        "AWS::WAFv2::LoggingConfiguration",
        {
            "LogDestinationConfigs": [{"Fn::Join": ["", Match.array_with([":log-group:", {"Ref": group}])]}],
            "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}],
        },
    )
    found.has_resource_properties("AWS::Logs::LogGroup", {"KmsKeyId": stack.resolve(key.key_arn), "RetentionInDays": 365})


def test_further_headers_are_kept_out_of_logs(define: Define, template: Callable[[], Template]) -> None:
    define(hidden_headers=("x-api-key",))
    hidden = [{"SingleHeader": {"Name": name}} for name in ("authorization", "x-api-key")]
    template().has_resource_properties("AWS::WAFv2::LoggingConfiguration", {"RedactedFields": hidden})


def test_the_log_has_the_prefix_that_waf_demands_and_an_end_of_its_own(define: Define, template: Callable[[], Template]) -> None:
    define()
    name = Match.object_like({"Fn::Join": ["", ["aws-waf-logs-", Match.any_value()]]})
    template().has_resource_properties("AWS::Logs::LogGroup", {"LogGroupName": name})


@pytest.mark.parametrize("limit", [9, 2_000_000_001])
def test_limits_that_waf_does_not_have_are_refused(define: Define, limit: int) -> None:
    with pytest.raises(ValueError, match=f"requests_per_address must be 10 to 2000000000, got {limit}"):
        define(requests_per_address=limit)
