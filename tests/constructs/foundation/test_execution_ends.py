from dataclasses import replace
from functools import cached_property
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey, HandlerDefaults, HandlerFunction
from ml_constructs.foundation.execution_ends import ExecutionEnds
from ml_constructs.foundation.workflow import Workflow

STATES = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}


class Scene:
    def __init__(self, stack: cdk.Stack, key: DataKey, defaults: HandlerDefaults) -> None:
        self.stack = stack
        self.ends = ExecutionEnds(stack, "Ends", key=key)
        self.workflow = Workflow(stack, "Workflow", definition=STATES, substitutions={}, defaults=defaults)
        defaults = replace(defaults, dead_letters=self.ends.dead_letters)
        self.function = HandlerFunction(self.ends, "CleanUp", package="echo_event", defaults=defaults)
        self.rule = self.ends.deliver(self.workflow, self.function)

    @cached_property
    def template(self) -> Template:
        return Template.from_stack(self.stack)

    def resolve(self, value: Any) -> Any:
        return self.stack.resolve(value)


@pytest.fixture
def scene(stack: cdk.Stack, key: DataKey, defaults: HandlerDefaults) -> Scene:
    return Scene(stack, key, defaults)


def test_bad_ends_of_the_one_workflow_reach_the_function(scene: Scene) -> None:
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [scene.resolve(scene.workflow.arn)], "status": ["ABORTED", "FAILED", "TIMED_OUT"]},
    }
    queue = {"Arn": scene.resolve(scene.ends.dead_letters.queue_arn)}
    target = {"Arn": scene.resolve(scene.function.function_arn), "DeadLetterConfig": queue, "Id": "CleanUp"}
    scene.template.has_resource_properties("AWS::Events::Rule", {"EventPattern": pattern, "Targets": [target]})


def test_only_the_rule_invokes_the_function_and_fills_the_queue(scene: Scene) -> None:
    rule = scene.resolve(scene.rule.attr_arn)
    scene.template.has_resource_properties("AWS::Lambda::Permission", {"Principal": "events.amazonaws.com", "SourceArn": rule})
    allowed = Match.object_like({"Action": "sqs:SendMessage", "Condition": {"ArnEquals": {"aws:SourceArn": rule}}})
    scene.template.has_resource_properties("AWS::SQS::QueuePolicy", {"PolicyDocument": {"Statement": Match.array_with([allowed])}})


def test_what_the_function_fails_on_is_kept(scene: Scene) -> None:
    destination = {"OnFailure": {"Destination": scene.resolve(scene.ends.dead_letters.queue_arn)}}
    scene.template.has_resource_properties("AWS::Lambda::EventInvokeConfig", {"DestinationConfig": destination})
