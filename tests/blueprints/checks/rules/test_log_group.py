from blueprints.checks.rules.log_group import check

GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 365}}


def test_finds_a_function_that_leaves_its_log_group_to_lambda() -> None:
    template = {"Resources": {"Group": GROUP, "Function": {"Type": "AWS::Lambda::Function", "Properties": {}}}}
    assert [finding.logical_id for finding in check(template)] == ["Function"]


def test_accepts_a_function_with_a_log_group_of_the_template() -> None:
    properties = {"LoggingConfig": {"LogGroup": {"Ref": "Group"}}}
    assert list(check({"Resources": {"Group": GROUP, "Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}})) == []
