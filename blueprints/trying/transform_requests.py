"""Uploads data and requests of a batch transform, and follows each request until the index tells its end."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from blueprints.trying.trial import Session

DATA, REQUESTS = "data/", "requests/"
DONE = ("SUCCEEDED", "FAILED", "REFUSED")
NO_END = "NO END"
PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.25
plain = TypeDeserializer()


class Requests:
    """The bucket of requests and data, the index, and the queues of a deployment.

    Args:
        session: The deployment.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._outputs = session, session.outputs
        self._s3, self._dynamodb, self._sqs = (session.aws.client(name) for name in ("s3", "dynamodb", "sqs"))
        self.bucket, self._table = self._outputs["InputsBucketName"], self._outputs["IndexTableName"]

    def put(self, key: str, content: bytes) -> None:
        """Uploads an object."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def manifest(self, name: str, keys: Sequence[str]) -> str:
        """Uploads a manifest of objects below the prefix for data; returns the request's address."""
        content: list[Any] = [{"prefix": f"s3://{self.bucket}/{DATA}"}, *keys]
        return self.request(f"{name}.manifest", json.dumps(content).encode())

    def request(self, name: str, content: bytes) -> str:
        """Uploads a manifest or a request file; returns the request's address."""
        self.put(f"{REQUESTS}{name}", content)
        return f"{self.bucket}/{REQUESTS}{name}"

    def row(self, address: str) -> dict[str, Any]:
        """The row of a request; empty when there is none yet."""
        found = self._dynamodb.query(
            TableName=self._table,
            IndexName="by-request",
            KeyConditionExpression="#request = :request",
            ExpressionAttributeNames={"#request": "request"},
            ExpressionAttributeValues={":request": {"S": address}},
            ScanIndexForward=False,
        )
        return next(({name: plain.deserialize(value) for name, value in item.items()} for item in found["Items"]), {})

    def ended(self, address: str, *, attempt: int = 1) -> dict[str, Any]:
        """The row of a request when an attempt has ended, or as it is when patience has."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            row = self.row(address)
            ended = row.get("status") in DONE and row["attempt"] >= attempt and "notified" in row
            if ended or time.monotonic() > deadline:
                return row or {"status": NO_END, "attempt": 0}
            time.sleep(PAUSE_SECONDS)

    def results(self, row: Mapping[str, Any]) -> dict[str, bytes]:
        """The results of a request by their names."""
        bucket, _, prefix = str(row["output_uri"]).removeprefix("s3://").partition("/")
        listed = self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
        return {found["Key"].removeprefix(prefix): self._s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read() for found in listed}

    def send(self, event: Mapping[str, Any]) -> None:
        """Puts an event into the intake queue."""
        self._sqs.send_message(QueueUrl=self._outputs["IntakeQueueUrl"], MessageBody=json.dumps(event))

    def until_planned(self) -> None:
        """Waits until the intake queue is empty, though not for ever."""
        counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(int(self.attributes("IntakeQueueUrl")[name]) for name in counts) and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)

    def attributes(self, queue: str) -> dict[str, str]:
        """What SQS tells of a queue, by the output that names it."""
        found: dict[str, str] = self._sqs.get_queue_attributes(QueueUrl=self._outputs[queue], AttributeNames=["All"])["Attributes"]
        return found

    def waiting(self, queue: str) -> int:
        """How many messages wait in a queue."""
        return int(self.attributes(queue)["ApproximateNumberOfMessages"])

    def move(self, source: str, destination: str) -> None:
        """Moves the messages of one queue to another."""
        arns = [self.attributes(queue)["QueueArn"] for queue in (source, destination)]
        self._sqs.start_message_move_task(SourceArn=arns[0], DestinationArn=arns[1])

    def jobs(self) -> list[dict[str, Any]]:
        """All transform jobs that there were."""
        found: list[dict[str, Any]] = self._session.aws.client("sagemaker").list_transform_jobs(MaxResults=100)["TransformJobSummaries"]
        return found
