"""Redrives dead-letter queues: the part of SQS that ministack does not have."""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local.clients import ClientFactory
from blueprints.local.stand_ins import StandInError


@dataclass
class Move:
    """One task that empties a dead-letter queue.

    Args:
        source: The ARN of the dead-letter queue.
        destination: The ARN of the queue that the messages go to; empty for the queues that they came from.
        waiting: How many messages there were at the start.
    """

    source: str
    destination: str
    waiting: int
    handle: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: int = field(default_factory=lambda: int(time.time() * 1000))
    status: str = "RUNNING"
    moved: int = 0
    failure: str = ""

    def row(self) -> dict[str, Any]:
        """Returns the task as ``ListMessageMoveTasks`` tells it."""
        return {
            "Status": self.status,
            "SourceArn": self.source,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.waiting,
            "StartedTimestamp": self.started,
            **({"TaskHandle": self.handle} if self.status == "RUNNING" else {}),
            **({"DestinationArn": self.destination} if self.destination else {}),
            **({"FailureReason": self.failure} if self.failure else {}),
        }


class MessageMoves:
    """Redrives dead-letter queues.

    Follows https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html.
    """

    name = "message moves"
    service = "sqs"
    operations = frozenset({"CancelMessageMoveTask", "ListDeadLetterSourceQueues", "ListMessageMoveTasks", "StartMessageMoveTask"})

    def __init__(self) -> None:
        self._moves: list[Move] = []

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
        """Returns botocore's output for botocore's input."""
        if operation == "StartMessageMoveTask":
            return self._start(request, aws("sqs"))
        if operation == "CancelMessageMoveTask":
            return self._cancel(request["TaskHandle"])
        if operation == "ListDeadLetterSourceQueues":
            return {"queueUrls": source_queues(request["QueueUrl"], aws("sqs"))}
        found = [move.row() for move in reversed(self._moves) if move.source == request["SourceArn"]]
        return {"Results": found[: request.get("MaxResults", 1)]}

    def _start(self, request: dict[str, Any], sqs: Any) -> dict[str, Any]:
        source = request["SourceArn"]
        url = queue_url(source, sqs)
        if not source_queues(url, sqs):
            raise StandInError("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
        if any(move.source == source and move.status == "RUNNING" for move in self._moves):
            raise StandInError("AWS.SimpleQueueService.UnsupportedOperation", "There is already a task running.")
        waiting = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
        move = Move(source, request.get("DestinationArn", ""), int(waiting["ApproximateNumberOfMessages"]))
        self._moves.append(move)
        threading.Thread(target=_run, args=(move, url, sqs), daemon=True).start()
        return {"TaskHandle": move.handle}

    def _cancel(self, handle: str) -> dict[str, Any]:
        for move in self._moves:
            if move.handle == handle and move.status == "RUNNING":
                move.status = "CANCELLED"
                return {"ApproximateNumberOfMessagesMoved": move.moved}
        raise StandInError("ResourceNotFoundException", "Task does not exist.", 404)


def queue_url(arn: str, sqs: Any) -> str:
    """Returns the URL of the queue ``arn``.

    Raises:
        StandInError: There is no such queue.
    """
    try:
        url: str = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    except ClientError as error:
        raise StandInError(
            "ResourceNotFoundException", "The resource that you specified for the SourceArn parameter does not exist.", 404
        ) from error
    return url


def source_queues(url: str, sqs: Any) -> list[str]:
    """Returns the queues whose dead-letter queue is ``url``."""
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    found = []
    for source in sqs.list_queues().get("QueueUrls", []):
        policy = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["RedrivePolicy"]).get("Attributes", {}).get("RedrivePolicy")
        if policy and json.loads(policy)["deadLetterTargetArn"] == arn:
            found.append(source)
    return found


def _run(move: Move, url: str, sqs: Any) -> None:
    while move.status == "RUNNING":
        messages = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"], WaitTimeSeconds=0
        ).get("Messages", [])
        if not messages:
            move.status = "COMPLETED"
        for message in messages:
            _move(move, message, url, sqs)


def _move(move: Move, message: dict[str, Any], url: str, sqs: Any) -> None:
    target = move.destination or message["Attributes"].get("DeadLetterQueueSourceArn")
    if not target:
        move.status, move.failure = "FAILED", "CouldNotDetermineMessageSource"
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        return
    attributes = {"MessageAttributes": message["MessageAttributes"]} if "MessageAttributes" in message else {}
    sqs.send_message(QueueUrl=queue_url(target, sqs), MessageBody=message["Body"], **attributes)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    move.moved += 1
