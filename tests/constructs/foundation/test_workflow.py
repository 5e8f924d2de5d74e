from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.foundation.workflow import Workflow

DONE = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


@pytest.fixture
def define(stack: cdk.Stack, key: DataKey) -> Callable[..., Workflow]:
    def make(**options: Any) -> Workflow:
        return Workflow(stack, "Flow", **{"definition": DONE, "substitutions": {}, "defaults": HandlerDefaults(key=key), **options})

    return make


def test_executions_are_logged_without_their_data_and_traced(define: Callable[..., Workflow], template: Callable[[], Template]) -> None:
    define()
    template().has_resource_properties(
        "AWS::StepFunctions::StateMachine",
        {
            "LoggingConfiguration": {"IncludeExecutionData": False, "Level": "ALL", "Destinations": Match.any_value()},
            "TracingConfiguration": {"Enabled": True},
        },
    )


def test_data_and_logs_are_encrypted(define: Callable[..., Workflow], key: DataKey, template: Callable[[], Template]) -> None:
    define()
    arn = key.stack.resolve(key.key_arn)
    synthesised = template()
    encryption = {"KmsKeyId": arn, "Type": "CUSTOMER_MANAGED_KMS_KEY"}
    synthesised.has_resource_properties("AWS::StepFunctions::StateMachine", {"EncryptionConfiguration": encryption})
    synthesised.has_resource_properties("AWS::Logs::LogGroup", {"KmsKeyId": arn, "RetentionInDays": 365})


def test_the_key_serves_this_machine_and_logs_of_this_account(
    define: Callable[..., Workflow], stack: cdk.Stack, template: Callable[[], Template]
) -> None:
    workflow = define()
    own = {"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn": stack.resolve(workflow.arn)}}
    logs = {"StringEquals": {"kms:EncryptionContext:SourceArn": Match.any_value()}}
    statements = [
        Match.object_like({"Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Condition": own}),
        Match.object_like({"Action": "kms:GenerateDataKey", "Condition": logs}),
    ]
    synthesised = template()
    synthesised.has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": Match.array_with(statements)}})
    delivery = Match.object_like({"Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "kms:Decrypt", "Condition": logs})
    synthesised.has_resource_properties("AWS::KMS::Key", {"KeyPolicy": {"Statement": Match.array_with([delivery])}})


def test_the_machine_waits_for_its_permissions(define: Callable[..., Workflow], stack: cdk.Stack, template: Callable[[], Template]) -> None:
    define()
    synthesised = template()
    (machine,) = synthesised.find_resources("AWS::StepFunctions::StateMachine").values()
    assert set(synthesised.find_resources("AWS::IAM::Policy")) <= set(machine["DependsOn"])


def test_its_own_role_serves_this_machine_only(define: Callable[..., Workflow], stack: cdk.Stack, template: Callable[[], Template]) -> None:
    workflow = define()
    (role,) = template().find_resources("AWS::IAM::Role").values()
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": stack.resolve(workflow.arn)}


def test_the_arn_is_that_of_the_machine(define: Callable[..., Workflow], stack: cdk.Stack, template: Callable[[], Template]) -> None:
    workflow = define()
    (machine,) = template().find_resources("AWS::StepFunctions::StateMachine").values()
    assert stack.resolve(workflow.arn)["Fn::Join"][1][-1] == f":stateMachine:{machine['Properties']['StateMachineName']}"


def test_names_differ_between_stacks_and_logs_between_deployments(app: cdk.App) -> None:
    stacks = [cdk.Stack(app, name) for name in ("first", "second")]
    for stack in stacks:
        Workflow(stack, "Flow", definition=DONE, substitutions={}, defaults=HandlerDefaults(key=DataKey(stack, "Key")))
    templates = [Template.from_stack(stack) for stack in stacks]
    machines = [machine for found in templates for machine in found.find_resources("AWS::StepFunctions::StateMachine").values()]
    groups = [group for found in templates for group in found.find_resources("AWS::Logs::LogGroup").values()]
    assert len({machine["Properties"]["StateMachineName"] for machine in machines}) == 2
    for group in groups:
        first, last = group["Properties"]["LogGroupName"]["Fn::Join"][1]
        assert first.startswith("/aws/vendedlogs/states/")
        assert "AWS::StackId" in str(last)


def test_integrations_are_filled_in_where_they_are_used(define: Callable[..., Workflow], template: Callable[[], Template]) -> None:
    state = {"Type": "Task", "Resource": "${SqsSendMessage}", "Parameters": {"QueueUrl": "${Queue}", "MessageBody": "x"}, "End": True}
    define(definition={"StartAt": "Send", "States": {"Send": state}}, substitutions={"Queue": "https://queue"})
    arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":states:::sqs:sendMessage"]]}
    (machine,) = template().find_resources("AWS::StepFunctions::StateMachine").values()
    assert machine["Properties"]["DefinitionSubstitutions"] == {"Queue": "https://queue", "SqsSendMessage": arn}


def test_answers_are_granted_for_this_machine_only(
    define: Callable[..., Workflow], stack: cdk.Stack, template: Callable[[], Template]
) -> None:
    role = iam.Role(stack, "Answering", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    workflow = define()
    workflow.grant_answer(role)
    statement = {"Action": "states:SendTaskSuccess", "Effect": "Allow", "Resource": stack.resolve(workflow.arn)}
    template().has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": [statement]}})


def test_children_of_a_distributed_map_use_the_key_as_well(
    define: Callable[..., Workflow], stack: cdk.Stack, template: Callable[[], Template]
) -> None:
    workflow = define(definition={"StartAt": "Each", "States": {"Each": {"Type": "Map", "Label": "Objects", "End": True}}})
    arns = [stack.resolve(workflow.arn), stack.resolve(f"{workflow.arn}/Objects")]
    condition = {"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn": arns}}
    statements = Match.array_with([Match.object_like({"Condition": condition})])
    template().has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": statements}})


def test_without_a_key_aws_owns_one(define: Callable[..., Workflow], template: Callable[[], Template]) -> None:
    define(defaults=HandlerDefaults(key=None))
    (machine,) = template().find_resources("AWS::StepFunctions::StateMachine").values()
    assert "EncryptionConfiguration" not in machine["Properties"]


def test_no_finding_is_left_unexplained(define: Callable[..., Workflow], findings: Callable[[], dict[str, list[str]]]) -> None:
    define()
    assert findings() == {}


def test_executions_are_read_with_the_key_of_this_machine(
    define: Callable[..., Workflow], stack: cdk.Stack, key: DataKey, template: Callable[[], Template]
) -> None:
    role = iam.Role(stack, "Reading", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    workflow = define()
    workflow.grant_read(role)
    executions = stack.resolve(f"{workflow.arn.replace(':stateMachine:', ':execution:')}:*")
    condition = {"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn": stack.resolve(workflow.arn)}}
    statements = [
        {"Action": "states:DescribeExecution", "Effect": "Allow", "Resource": executions},
        {"Action": "kms:Decrypt", "Condition": condition, "Effect": "Allow", "Resource": stack.resolve(key.key_arn)},
    ]
    template().has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": statements}})
