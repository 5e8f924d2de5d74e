from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import HandlerDefaults, HandlerFunction, Placement
from ml_constructs.foundation.handler_commons import POWERTOOLS_PARAMETER, PYTHON


@pytest.fixture
def placement(stack: cdk.Stack) -> Placement:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a", "b"], isolated_subnet_ids=["subnet-1", "subnet-2"]
    )
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    return Placement(vpc=vpc, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), security_groups=(group,))


@pytest.fixture
def function(stack: cdk.Stack, defaults: HandlerDefaults) -> HandlerFunction:
    return HandlerFunction(stack, "Echo", package="echo_event", defaults=defaults)


def test_a_function_runs_the_handler_of_its_package_on_arm64(function: HandlerFunction, template: Callable[[], Template]) -> None:
    expected = {
        "Architectures": ["arm64"],
        "Handler": "echo_event.handler.handler",
        "MemorySize": 512,
        "Runtime": "python3.14",
        "Timeout": 60,
        "TracingConfig": {"Mode": "Active"},
    }
    template().has_resource_properties("AWS::Lambda::Function", expected)


def test_environment_and_logs_are_encrypted_with_the_key(
    function: HandlerFunction, defaults: HandlerDefaults, template: Callable[[], Template]
) -> None:
    assert defaults.key is not None
    arn = function.stack.resolve(defaults.key.key_arn)
    synthesised = template()
    synthesised.has_resource_properties(
        "AWS::Lambda::Function", {"KmsKeyArn": arn, "LoggingConfig": {"LogGroup": {"Ref": Match.any_value()}}}
    )
    synthesised.has_resource("AWS::Logs::LogGroup", {"Properties": {"KmsKeyId": arn, "RetentionInDays": 365}, "DeletionPolicy": "Retain"})


def test_powertools_is_a_layer_of_the_function(function: HandlerFunction, template: Callable[[], Template]) -> None:
    synthesised = template()
    (parameter,) = synthesised.find_parameters("*", {"Default": POWERTOOLS_PARAMETER})
    synthesised.has_resource_properties("AWS::Lambda::Function", {"Layers": [{"Ref": parameter}], "Runtime": PYTHON})


def test_the_role_may_log_to_its_own_group_trace_and_nothing_else(function: HandlerFunction, template: Callable[[], Template]) -> None:
    synthesised = template()
    (group,) = synthesised.find_resources("AWS::Logs::LogGroup")
    (tracing,) = synthesised.find_resources("AWS::IAM::ManagedPolicy")
    (policy,) = synthesised.find_resources("AWS::IAM::Policy").values()
    write = {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Effect": "Allow", "Resource": {"Fn::GetAtt": [group, "Arn"]}}
    assert policy["Properties"]["PolicyDocument"]["Statement"] == [write]
    synthesised.has_resource_properties("AWS::IAM::Role", {"ManagedPolicyArns": [{"Ref": tracing}]})


def test_variables_of_the_caller_win_over_those_of_powertools(
    stack: cdk.Stack, defaults: HandlerDefaults, template: Callable[[], Template]
) -> None:
    HandlerFunction(stack, "Echo", package="echo_event", defaults=defaults, environment={"TABLE": "jobs", "POWERTOOLS_LOG_LEVEL": "DEBUG"})
    variables = {
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
        "POWERTOOLS_METRICS_NAMESPACE": "MlBlueprints",
        "POWERTOOLS_SERVICE_NAME": "echo_event",
        "TABLE": "jobs",
    }
    template().has_resource_properties("AWS::Lambda::Function", {"Environment": {"Variables": variables}})


def test_sizes_can_be_chosen(stack: cdk.Stack, defaults: HandlerDefaults, template: Callable[[], Template]) -> None:
    HandlerFunction(stack, "Echo", package="echo_event", defaults=defaults, timeout=cdk.Duration.minutes(5), memory_mb=1024)
    template().has_resource_properties("AWS::Lambda::Function", {"Timeout": 300, "MemorySize": 1024})


def test_shared_packages_and_libraries_are_part_of_the_asset(stack: cdk.Stack, defaults: HandlerDefaults) -> None:
    function = HandlerFunction(stack, "Echo", package="echo_event", defaults=defaults, shared=["texts"], libraries=["pypdf"])
    assembly = cdk.App.of(function).synth()
    (asset,) = (path for path in Path(assembly.directory).glob("asset.*") if path.is_dir())
    assert {"echo_event", "texts", "pypdf"} <= {path.name for path in asset.iterdir()}


def test_logs_are_kept_as_the_defaults_say(stack: cdk.Stack, defaults: HandlerDefaults, template: Callable[[], Template]) -> None:
    short = replace(defaults, log_retention=logs.RetentionDays.ONE_WEEK, removal_policy=cdk.RemovalPolicy.DESTROY)
    HandlerFunction(stack, "Echo", package="echo_event", defaults=short)
    template().has_resource("AWS::Logs::LogGroup", {"Properties": {"RetentionInDays": 7}, "DeletionPolicy": "Delete"})


def test_failed_asynchronous_invocations_go_to_the_dead_letters(
    stack: cdk.Stack, defaults: HandlerDefaults, template: Callable[[], Template]
) -> None:
    queue = sqs.Queue(stack, "DeadLetters")
    HandlerFunction(stack, "Echo", package="echo_event", defaults=replace(defaults, dead_letters=queue))
    destination = {"OnFailure": {"Destination": stack.resolve(queue.queue_arn)}}
    template().has_resource_properties("AWS::Lambda::EventInvokeConfig", {"DestinationConfig": destination})


def test_there_is_no_destination_for_functions_that_nothing_invokes_asynchronously(
    function: HandlerFunction, template: Callable[[], Template]
) -> None:
    template().resource_count_is("AWS::Lambda::EventInvokeConfig", 0)


def test_a_placed_function_runs_in_the_subnets(
    stack: cdk.Stack, defaults: HandlerDefaults, placement: Placement, template: Callable[[], Template]
) -> None:
    HandlerFunction(stack, "Echo", package="echo_event", defaults=replace(defaults, placement=placement))
    network = {"SecurityGroupIds": ["sg-1"], "SubnetIds": ["subnet-1", "subnet-2"]}
    synthesised = template()
    synthesised.has_resource_properties("AWS::Lambda::Function", {"VpcConfig": network})
    policies = [{"Ref": Match.string_like_regexp(name)} for name in ("^HandlerCommonsTracing", "^HandlerCommonsInterfaces")]
    synthesised.has_resource_properties("AWS::IAM::Role", {"ManagedPolicyArns": policies})


def test_the_packages_of_this_library_are_used_by_default(stack: cdk.Stack, defaults: HandlerDefaults) -> None:
    HandlerFunction(stack, "Emptier", package="empty_bucket", defaults=replace(defaults, sources=None), shared=["custom_resources"])
    with pytest.raises(ValueError, match=r"package must be one of .*empty_bucket.* in lambda/, got echo_event"):
        HandlerFunction(stack, "Echo", package="echo_event", defaults=replace(defaults, sources=None))


@pytest.mark.parametrize("kind", ["plain", "asynchronous", "placed", "without key"])
def test_no_rule_is_left_unmet(
    stack: cdk.Stack, defaults: HandlerDefaults, placement: Placement, findings: Callable[[], dict[str, list[str]]], kind: str
) -> None:
    queue = sqs.Queue(stack, "DeadLetters", encryption_master_key=defaults.key, enforce_ssl=True)
    kinds = {
        "plain": defaults,
        "asynchronous": replace(defaults, dead_letters=queue),
        "placed": replace(defaults, placement=placement),
        "without key": replace(defaults, key=None),
    }
    HandlerFunction(stack, "Echo", package="echo_event", defaults=kinds[kind])
    dead_letter_of_a_dead_letter = {"AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"}
    assert {rule: paths for rule, paths in findings().items() if rule not in dead_letter_of_a_dead_letter} == {}
