from tests.constructs.ai_services.conftest import Scene


def test_the_stage_of_the_api_is_protected(scene: Scene) -> None:
    association = scene.properties(scene.review.api.firewall.association)
    assert association["WebACLArn"] == {"Fn::GetAtt": [scene.logical_id(scene.review.api.firewall.acl), "Arn"]}
    assert association["ResourceArn"] == scene.stack.resolve(scene.review.api.stage.stage_arn)


def test_rules_of_aws_and_a_limit_apply_in_order(scene: Scene) -> None:
    acl = scene.properties(scene.review.api.firewall.acl)
    rules = {rule["Priority"]: rule for rule in acl["Rules"]}
    assert acl["Scope"] == "REGIONAL"
    assert rules[0]["Statement"]["RateBasedStatement"] == {"AggregateKeyType": "IP", "Limit": 1000}
    assert [rules[number]["Name"].removeprefix("AWSManagedRules") for number in (1, 2, 3)] == [
        "CommonRuleSet",
        "KnownBadInputsRuleSet",
        "AmazonIpReputationList",
    ]


def test_long_lists_of_corrections_pass(scene: Scene) -> None:
    rules = scene.properties(scene.review.api.firewall.acl)["Rules"]
    (overridden,) = (
        group["RuleActionOverrides"]
        for group in (rule["Statement"].get("ManagedRuleGroupStatement", {}) for rule in rules)
        if "RuleActionOverrides" in group
    )
    assert overridden == [{"ActionToUse": {"Count": {}}, "Name": "SizeRestrictions_BODY"}]


def test_requests_are_logged_without_credentials(scene: Scene) -> None:
    logging = scene.properties(scene.review.api.firewall.logging)
    (destination,) = logging["LogDestinationConfigs"]
    assert destination["Fn::Join"][1][-2:] == [":log-group:", {"Ref": scene.logical_id(scene.review.api.firewall.log_group)}]
    assert logging["RedactedFields"] == [{"SingleHeader": {"Name": "authorization"}}]


def test_the_log_has_the_prefix_that_waf_demands_and_an_end_of_its_own(scene: Scene) -> None:
    name = scene.properties(scene.review.api.firewall.log_group)["LogGroupName"]["Fn::Join"][1]
    assert name[0] == "aws-waf-logs-"
    assert "AWS::StackId" in str(name[1])
