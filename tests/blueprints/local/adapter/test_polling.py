"""Messages are gathered before a function gets them."""

import json
from typing import Any

import pytest

from blueprints.local.adapter import polling
from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

COUNT = """
import boto3, json, os

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["COUNTS"], MessageBody=json.dumps(len(event["Records"])))
"""
POLL = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def batches(aws: EmbeddedAws, stack: str, **window: Any) -> list[int]:
    """Sends twelve messages and returns the sizes of the batches that they came in."""
    mapping = {"EventSourceArn": raw.attribute("Queue"), "FunctionName": raw.ref("Function"), "BatchSize": 100, **window}
    resources = {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Counts": {"Type": "AWS::SQS::Queue"},
        "Role": raw.role(
            "lambda.amazonaws.com",
            raw.allow(*POLL, on=raw.attribute("Queue")),
            raw.allow("sqs:SendMessage", on=raw.attribute("Counts")),
        ),
        "Function": raw.function("Role", COUNT, Environment={"Variables": {"COUNTS": raw.ref("Counts")}}),
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
    }
    urls = raw.deploy(aws, stack, resources, {name: raw.ref(name) for name in ("Queue", "Counts")})
    for part in (range(10), range(10, 12)):
        entries = [{"Id": str(number), "MessageBody": "a"} for number in part]
        aws.client("sqs").send_message_batch(QueueUrl=urls["Queue"], Entries=entries)
    found: list[int] = []
    while sum(found) < 12:
        found += [json.loads(message["Body"]) for message in raw.messages(aws, urls["Counts"])]
    return found


@pytest.mark.long
def test_ministack_takes_ten_messages_at_most_and_waits_for_no_more(plain_aws: EmbeddedAws) -> None:
    assert max(batches(plain_aws, "gathering", MaximumBatchingWindowInSeconds=1)) <= 10


def test_messages_are_gathered(adapted_aws: EmbeddedAws) -> None:
    assert batches(adapted_aws, "gathering", MaximumBatchingWindowInSeconds=1) == [12]


def test_a_long_window_is_shortened() -> None:
    assert polling.LONGEST_SECONDS <= 2
