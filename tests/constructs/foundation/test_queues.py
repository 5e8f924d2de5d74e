from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.queues import consume, explain_last_resort, let_deliver, subscribe


@pytest.fixture
def queue(stack: cdk.Stack, defaults: HandlerDefaults) -> sqs.Queue:
    return sqs.Queue(stack, "Queue", encryption_master_key=defaults.key, enforce_ssl=True, visibility_timeout=cdk.Duration.hours(1))


@pytest.fixture
def function(stack: cdk.Stack, defaults: HandlerDefaults) -> HandlerFunction:
    return HandlerFunction(stack, "Function", package="echo_event", defaults=defaults)


def test_a_consumer_reports_the_messages_that_failed(queue: sqs.Queue, function: HandlerFunction, template: Callable[[], Template]) -> None:
    consume(queue, function, max_concurrency=3)
    expected = {"BatchSize": 10, "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": 3}}
    template().has_resource_properties("AWS::Lambda::EventSourceMapping", {**expected, "MaximumBatchingWindowInSeconds": Match.absent()})


def test_a_queue_needs_no_destination_of_its_consumer(
    queue: sqs.Queue, function: HandlerFunction, findings: Callable[[], dict[str, list[str]]]
) -> None:
    consume(queue, function, max_concurrency=3)
    assert not any("EventSourceMapping" in rule for rule in findings())


def test_messages_can_be_gathered_for_a_while(queue: sqs.Queue, function: HandlerFunction, template: Callable[[], Template]) -> None:
    consume(queue, function, max_concurrency=2, batch_size=100, window=cdk.Duration.seconds(60))
    template().has_resource_properties("AWS::Lambda::EventSourceMapping", {"BatchSize": 100, "MaximumBatchingWindowInSeconds": 60})


def test_large_batches_take_time_to_gather(queue: sqs.Queue, function: HandlerFunction) -> None:
    with pytest.raises(ValueError, match="batch_size must be at most 10 without a window, got 11"):
        consume(queue, function, max_concurrency=2, batch_size=11)


def test_a_rule_of_this_account_may_send_to_its_queues_and_no_other_rule(
    stack: cdk.Stack, queue: sqs.Queue, template: Callable[[], Template]
) -> None:
    undelivered = sqs.Queue(stack, "Undelivered")
    rule = events.CfnRule(stack, "Rule", event_pattern={"source": ["aws.s3"]})
    let_deliver(rule, queue, undelivered)
    for target in (queue, undelivered):
        sending = {
            "Action": "sqs:SendMessage",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Resource": stack.resolve(target.queue_arn),
            "Condition": {
                "ArnEquals": {"aws:SourceArn": stack.resolve(rule.attr_arn)},
                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            },
        }
        expected = {"Queues": [stack.resolve(target.queue_url)], "PolicyDocument": {"Statement": Match.array_with([sending])}}
        template().has_resource_properties("AWS::SQS::QueuePolicy", expected)


def test_a_topic_sends_to_a_queue_and_its_dead_letters_and_no_other_topic_does(
    stack: cdk.Stack, queue: sqs.Queue, template: Callable[[], Template]
) -> None:
    topic, dead_letters = sns.Topic(stack, "Topic"), sqs.Queue(stack, "DeadLetters")
    subscribe(stack, "Subscription", topic=topic, queue=queue, dead_letters=dead_letters)
    expected = {
        "TopicArn": stack.resolve(topic.topic_arn),
        "Protocol": "sqs",
        "Endpoint": stack.resolve(queue.queue_arn),
        "RawMessageDelivery": True,
        "RedrivePolicy": {"deadLetterTargetArn": stack.resolve(dead_letters.queue_arn)},
    }
    template().has_resource_properties("AWS::SNS::Subscription", expected)
    for target in (queue, dead_letters):
        sending = {
            "Action": "sqs:SendMessage",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Resource": stack.resolve(target.queue_arn),
            "Condition": {"ArnEquals": {"aws:SourceArn": stack.resolve(topic.topic_arn)}},
        }
        allowed = {"Queues": [stack.resolve(target.queue_url)], "PolicyDocument": {"Statement": Match.array_with([sending])}}
        template().has_resource_properties("AWS::SQS::QueuePolicy", allowed)


def test_a_last_resort_needs_no_other(queue: sqs.Queue, findings: Callable[[], dict[str, list[str]]]) -> None:
    explain_last_resort(queue)
    assert findings() == {}
