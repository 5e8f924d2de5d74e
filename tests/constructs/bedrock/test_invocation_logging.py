from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from ml_constructs.bedrock.invocation_logging import PARAMETER, SETTING_ACTIONS, InvocationLogging, LoggedData
from ml_constructs.foundation import DataKey, HandlerDefaults

EXISTING = "arn:aws:iam::123456789012:role/existing"
RESOURCE = "Custom::InvocationLogging"


def define(stack: cdk.Stack, **options: Any) -> InvocationLogging:
    key = DataKey(stack, "Key")
    logs = s3.Bucket.from_bucket_name(stack, "AccessLogs", "access-logs")
    defaults = HandlerDefaults(key=key, removal_policy=options.pop("removal_policy", cdk.RemovalPolicy.RETAIN))
    return InvocationLogging(stack, "Logging", key=key, access_logs=logs, defaults=defaults, retention=cdk.Duration.days(400), **options)


Deployed = tuple[cdk.Stack, InvocationLogging, Template]


@pytest.fixture(scope="module")
def deployed() -> Deployed:
    """With everything left as it is."""
    stack = cdk.Stack(cdk.App(analytics_reporting=False), "Stack")
    logging = define(stack)
    return stack, logging, Template.from_stack(stack)


def statements(template: Template) -> list[dict[str, Any]]:
    policies = template.find_resources("AWS::IAM::Policy").values()
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_text_and_pictures_are_logged_and_vectors_are_not(deployed: Deployed) -> None:
    stack, logging, template = deployed
    expected = {
        "Parameter": PARAMETER,
        "LogGroupName": stack.resolve(logging.log_group.log_group_name),
        "RoleArn": stack.resolve(logging.role.role_arn),
        "BucketName": stack.resolve(logging.bucket.bucket_name),
        "ExistingRoleArn": "",
        "Text": "true",
        "Images": "true",
        "Embeddings": "false",
        "Video": "false",
        "Audio": "false",
    }
    template.has_resource_properties(RESOURCE, expected)


def test_what_is_logged_is_a_choice(stack: cdk.Stack) -> None:
    define(stack, data=LoggedData(text=False, images=False, embeddings=True, video=True, audio=True))
    switches = {"Text": "false", "Images": "false", "Embeddings": "true", "Video": "true", "Audio": "true"}
    Template.from_stack(stack).has_resource_properties(RESOURCE, switches)


def test_log_and_bodies_are_encrypted_and_expire(deployed: Deployed) -> None:
    stack, logging, template = deployed
    key = {"Fn::GetAtt": [Match.string_like_regexp("^Key"), "Arn"]}
    group = stack.resolve(logging.log_group.log_group_name)["Ref"]
    assert template.find_resources("AWS::Logs::LogGroup")[group]["Properties"]["RetentionInDays"] == 365
    template.all_resources_properties("AWS::Logs::LogGroup", {"KmsKeyId": key})
    rules = {"Rules": Match.array_with([Match.object_like({"ExpirationInDays": 400})])}
    template.has_resource_properties("AWS::S3::Bucket", {"LifecycleConfiguration": rules, "LoggingConfiguration": Match.any_value()})
    template.all_resources("AWS::S3::Bucket", {"DeletionPolicy": "Retain"})


def from_this_account(condition: dict[str, Any]) -> bool:
    own = condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    return own and condition["ArnLike"]["aws:SourceArn"]["Fn::Join"][1][-3:] == [":", {"Ref": "AWS::AccountId"}, ":*"]


def test_bedrock_delivers_bodies_of_this_account_and_nothing_else(deployed: Deployed) -> None:
    (policy,) = deployed[2].find_resources("AWS::S3::BucketPolicy").values()
    (allowed,) = [found for found in policy["Properties"]["PolicyDocument"]["Statement"] if found["Effect"] == "Allow"]
    assert (allowed["Action"], allowed["Principal"]) == ("s3:PutObject", {"Service": "bedrock.amazonaws.com"})
    assert allowed["Resource"]["Fn::Join"][1][1:] == ["/AWSLogs/", {"Ref": "AWS::AccountId"}, "/BedrockModelInvocationLogs/*"]
    assert from_this_account(allowed["Condition"])


def test_bedrock_encrypts_with_the_key_and_writes_to_its_one_stream(deployed: Deployed) -> None:
    _, _, template = deployed
    (key,) = template.find_resources("AWS::KMS::Key").values()
    (used,) = [found for found in key["Properties"]["KeyPolicy"]["Statement"] if "bedrock" in str(found["Principal"])]
    assert used["Action"] == "kms:GenerateDataKey"
    assert from_this_account(used["Condition"])
    (role,) = [found for found in template.find_resources("AWS::IAM::Role").values() if "bedrock.amazonaws.com" in str(found)]
    assert from_this_account(role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"])
    (written,) = [found for found in statements(template) if "log-stream" in str(found)]
    assert written["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert written["Resource"]["Fn::Join"][1][-1] == ":log-stream:aws/bedrock/modelinvocations"


def test_the_function_may_change_the_setting_its_parameter_and_nothing_else(deployed: Deployed) -> None:
    stack, logging, template = deployed
    allowed = {str(found["Action"]): found for found in statements(template)}
    assert allowed[str(list(SETTING_ACTIONS))]["Resource"] == "*"
    parameter = allowed[str(["ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"])]["Resource"]
    assert parameter["Fn::Join"][1][-1] == f":parameter{PARAMETER}"
    passed = allowed["iam:PassRole"]
    assert passed["Resource"] == stack.resolve(logging.role.role_arn)
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}


def test_the_role_of_an_existing_configuration_can_be_put_back(stack: cdk.Stack) -> None:
    define(stack, existing_role_arn=EXISTING)
    template = Template.from_stack(stack)
    template.has_resource_properties(RESOURCE, {"ExistingRoleArn": EXISTING})
    (passed,) = [found for found in statements(template) if found["Action"] == "iam:PassRole"]
    assert EXISTING in passed["Resource"]


def test_the_setting_waits_for_the_permissions_of_bedrock_and_of_the_function(deployed: Deployed) -> None:
    _, _, template = deployed
    (resource,) = template.find_resources(RESOURCE).values()
    needed = {*template.find_resources("AWS::IAM::Policy"), *template.find_resources("AWS::S3::BucketPolicy")}
    assert needed <= set(resource["DependsOn"])


def test_the_function_stands_outside_of_networks_and_answers_in_time(deployed: Deployed) -> None:
    _, _, template = deployed
    template.has_resource_properties("AWS::Lambda::Function", {"Timeout": 180, "VpcConfig": Match.absent()})
    template.has_resource_properties(RESOURCE, {"ServiceTimeout": "300"})


def test_log_and_bodies_go_with_the_stack_where_asked_for(stack: cdk.Stack) -> None:
    define(stack, removal_policy=cdk.RemovalPolicy.DESTROY)
    template = Template.from_stack(stack)
    template.all_resources("AWS::Logs::LogGroup", {"DeletionPolicy": "Delete"})
    template.resource_count_is("Custom::EmptyBucket", 1)


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(stack: cdk.Stack, findings: Callable[[], dict[str, list[str]]]) -> None:
    define(stack, existing_role_arn=EXISTING)
    assert findings() == {}
