"""Batches from queues reach functions that are busy at first."""

from typing import Any

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

SLOW = "import time\ndef handler(event, context):\n    time.sleep(0.5)\n"
QUEUES = ("First", "Second")
RECEIVE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def mapping(queue: str) -> dict[str, Any]:
    properties = {"EventSourceArn": raw.attribute(queue), "FunctionName": raw.ref("Function")}
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}


def throttle(aws: EmbeddedAws, stack: str) -> dict[str, str]:
    """Sends a message to each of two queues, whose function may run once at a time and is slow; each is polled for itself."""
    resources = {
        **{name: {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}} for name in QUEUES},
        "Role": raw.role("lambda.amazonaws.com", raw.allow(*RECEIVE)),
        "Function": raw.function("Role", SLOW),
        **{f"{name}Mapping": mapping(name) for name in QUEUES},
    }
    names = raw.deploy(aws, stack, resources, {name: raw.ref(name) for name in ("Function", *QUEUES)})
    aws.client("lambda").put_function_concurrency(FunctionName=names["Function"], ReservedConcurrentExecutions=1)
    for name in QUEUES:
        aws.client("sqs").send_message(QueueUrl=names[name], MessageBody="a")
    return names


def left(aws: EmbeddedAws, names: dict[str, str]) -> int:
    """Counts the messages that were not worked off."""
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = [aws.client("sqs").get_queue_attributes(QueueUrl=names[name], AttributeNames=counts)["Attributes"] for name in QUEUES]
    return sum(int(attributes[count]) for attributes in found for count in counts)


def test_ministack_gives_up_batches_that_are_throttled(plain_aws: EmbeddedAws) -> None:
    names = throttle(plain_aws, "throttled")
    mappings = plain_aws.client("lambda").list_event_source_mappings
    raw.until(
        lambda: "FAILED" in [found["LastProcessingResult"] for found in mappings(FunctionName=names["Function"])["EventSourceMappings"]]
    )
    raw.until(lambda: left(plain_aws, names) == 1)


def test_throttled_batches_are_tried_again(adapted_aws: EmbeddedAws) -> None:
    names = throttle(adapted_aws, "throttled")
    raw.until(lambda: left(adapted_aws, names) == 0)
