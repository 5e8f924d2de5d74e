"""Queues that functions work off, and those that keep what could not be handled."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge
from ml_constructs.foundation.grants import grant_messages
from ml_constructs.foundation.handler_function import HandlerFunction

CONSUME = ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
BATCH_SIZE = 10
LARGEST_UNGATHERED_BATCH = 10


def consume(
    queue: sqs.Queue, function: HandlerFunction, *, max_concurrency: int, batch_size: int = BATCH_SIZE, window: Duration | None = None
) -> lambda_.EventSourceMapping:
    """Has ``function`` work off ``queue`` and report the messages that failed one by one.

    Args:
        queue: Hides messages six times as long as the function may take, and longer by ``window``.
        function: Handles batches of messages.
        max_concurrency: Batches worked on at once, 2 to 1,000.
        batch_size: Messages in a batch at most, 1 to 10, or to 10,000 with a ``window``.
        window: How long messages are gathered, up to 5 minutes; not at all when left out.

    Raises:
        ValueError: A batch that only a window could fill.

    See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    if batch_size > LARGEST_UNGATHERED_BATCH and window is None:
        raise ValueError(f"batch_size must be at most {LARGEST_UNGATHERED_BATCH} without a window, got {batch_size}")
    grant_messages(queue, function.execution_role, *CONSUME)
    mapping = function.add_event_source_mapping(
        "Messages",
        batch_size=batch_size,
        event_source_arn=queue.queue_arn,
        max_batching_window=window,
        max_concurrency=max_concurrency,
        report_batch_item_failures=True,
    )
    mapping.node.add_dependency(function.execution_role)
    acknowledge(
        mapping,
        "Serverless::Serverless-LambdaEventSourceMappingDestination",
        "Lambda has such destinations for streams only; messages that fail go to the dead-letter queue of the queue itself.",
    )
    return mapping


def let_deliver(rule: events.CfnRule, *queues: sqs.Queue) -> None:
    """Lets EventBridge send to ``queues`` on behalf of ``rule``, which names them as targets or for what it can't deliver.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    conditions = {"ArnEquals": {"aws:SourceArn": rule.attr_arn}, "StringEquals": {"aws:SourceAccount": Stack.of(rule).account}}
    for queue in queues:
        queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions=conditions,
            )
        )


def subscribe(scope: Construct, construct_id: str, *, topic: sns.ITopic, queue: sqs.Queue, dead_letters: sqs.Queue) -> sns.CfnSubscription:
    """Has what is published to ``topic`` put into ``queue`` as it is, and into ``dead_letters`` where that fails.

    Args:
        scope: Where the subscription is defined.
        construct_id: Its id there.
        topic: Is allowed to send to both queues; its key has to be one that SNS may use, and so have theirs.
        queue: Gets the messages without SNS's envelope.
        dead_letters: Gets those that could not be delivered.

    See https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
    """
    subscription = sns.CfnSubscription(
        scope,
        construct_id,
        endpoint=queue.queue_arn,
        protocol="sqs",
        raw_message_delivery=True,
        redrive_policy={"deadLetterTargetArn": dead_letters.queue_arn},
        topic_arn=topic.topic_arn,
    )
    for each in (queue, dead_letters):
        each.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[each.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": topic.topic_arn}},
            )
        )
    return subscription


def explain_last_resort(queue: sqs.Queue) -> None:
    """Says beside a queue of what could not be handled why it has no such queue itself."""
    acknowledge(
        queue,
        ["AwsSolutions::AwsSolutions-SQS3", "Serverless::Serverless-SQSRedrivePolicy"],
        "This is where messages go that could not be handled; nothing consumes it, and an alarm watches its depth.",
    )
