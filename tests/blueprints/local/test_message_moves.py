"""Dead-letter queues are redriven."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from blueprints.local.message_moves import MessageMoves, queue_url, source_queues
from blueprints.local.stand_ins import StandInError
from tests.waiting import until


@dataclass
class Queues:
    """A queue with a dead-letter queue, kept by moto."""

    sqs: Any
    moves: MessageMoves
    source: str
    dead: str

    def arn(self, url: str) -> str:
        return str(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])

    def ask(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.moves.answer(operation, request, lambda _: self.sqs)

    def ended(self) -> dict[str, Any]:
        def end() -> Any:
            row = self.ask("ListMessageMoveTasks", SourceArn=self.arn(self.dead))["Results"][0]
            return None if row["Status"] == "RUNNING" else row

        return dict(until(end))


@pytest.fixture
def queues() -> Iterator[Queues]:
    with mock_aws():
        sqs = boto3.client("sqs", region_name="us-east-1")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
        source = sqs.create_queue(QueueName="source", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        yield Queues(sqs, MessageMoves(), source, dead)


def test_messages_go_where_they_are_sent(queues: Queues) -> None:
    other = queues.sqs.create_queue(QueueName="other")["QueueUrl"]
    for body in ("a", "b"):
        queues.sqs.send_message(
            QueueUrl=queues.dead, MessageBody=body, MessageAttributes={"kept": {"DataType": "String", "StringValue": body}}
        )
    handle = queues.ask("StartMessageMoveTask", SourceArn=queues.arn(queues.dead), DestinationArn=queues.arn(other))["TaskHandle"]
    row = queues.ended()
    assert handle
    assert (row["Status"], row["ApproximateNumberOfMessagesMoved"], row["ApproximateNumberOfMessagesToMove"]) == ("COMPLETED", 2, 2)
    found = queues.sqs.receive_message(QueueUrl=other, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    assert sorted((message["Body"], message["MessageAttributes"]["kept"]["StringValue"]) for message in found) == [("a", "a"), ("b", "b")]


def test_a_message_that_never_died_has_nowhere_to_go_back_to(queues: Queues) -> None:
    queues.sqs.send_message(QueueUrl=queues.dead, MessageBody="a")
    queues.ask("StartMessageMoveTask", SourceArn=queues.arn(queues.dead))
    row = queues.ended()
    assert (row["Status"], row["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert queues.sqs.receive_message(QueueUrl=queues.dead)["Messages"][0]["Body"] == "a"


def test_only_dead_letter_queues_are_redriven(queues: Queues) -> None:
    with pytest.raises(StandInError, match="must be configured as a Dead Letter Queue"):
        queues.ask("StartMessageMoveTask", SourceArn=queues.arn(queues.source))


def test_queues_that_do_not_exist_are_not_redriven(queues: Queues) -> None:
    with pytest.raises(StandInError, match="ResourceNotFoundException"):
        queue_url("arn:aws:sqs:us-east-1:123456789012:nowhere", queues.sqs)


def test_tasks_that_have_ended_cannot_be_cancelled(queues: Queues) -> None:
    handle = queues.ask("StartMessageMoveTask", SourceArn=queues.arn(queues.dead))["TaskHandle"]
    queues.ended()
    with pytest.raises(StandInError, match="Task does not exist"):
        queues.ask("CancelMessageMoveTask", TaskHandle=handle)


def test_source_queues_are_listed(queues: Queues) -> None:
    assert source_queues(queues.dead, queues.sqs) == [queues.source]
    assert queues.ask("ListDeadLetterSourceQueues", QueueUrl=queues.source) == {"queueUrls": []}
