"""Uploads inputs of an asynchronous endpoint and follows each until the index tells its end."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from blueprints.trying.files import Upload, uploads
from blueprints.trying.trial import Session

PREFIX = "requests/"
DONE = ("SUCCEEDED", "FAILED", "REFUSED")
NO_END = "NO END"
PATIENCE_SECONDS = 120
"""How long no input may come to its end before the rest are given up."""
PAUSE_SECONDS = 0.25
plain = TypeDeserializer()


@dataclass
class Outcome:
    """What became of one input.

    Args:
        upload: The file and its key.
        status: As the index tells it, or ``NO END``.
        seconds: From the upload to its end in the index.
        row: The row in the index.
        answer: What the model said, if it answered.
    """

    upload: Upload
    status: str = NO_END
    seconds: float = 0.0
    row: dict[str, Any] = field(default_factory=dict)
    answer: bytes | None = None


def inputs_of(files: Sequence[Path]) -> list[Outcome]:
    """The inputs that files become, before anything is known of them."""
    return [Outcome(Upload(found.path, f"{PREFIX}{found.key}")) for found in uploads(files)]


class Index:
    """The index of a deployment, and the objects that its rows name.

    Args:
        session: The deployment.
    """

    def __init__(self, session: Session) -> None:
        self._s3, self._dynamodb = session.aws.client("s3"), session.aws.client("dynamodb")
        self._table, self.bucket = session.outputs["IndexTableName"], session.outputs["InputsBucketName"]

    def rows(self, key: str) -> list[dict[str, Any]]:
        """The rows of an input, one for each version, the newest first."""
        found = self._dynamodb.query(
            TableName=self._table,
            IndexName="by-input",
            KeyConditionExpression="#input = :input",
            ExpressionAttributeNames={"#input": "input"},
            ExpressionAttributeValues={":input": {"S": f"{self.bucket}/{key}"}},
            ScanIndexForward=False,
        )
        return [{name: plain.deserialize(value) for name, value in item.items()} for item in found["Items"]]

    def row(self, inference: str) -> dict[str, Any]:
        """One row."""
        item = self._dynamodb.get_item(TableName=self._table, Key={"inference": {"S": inference}}, ConsistentRead=True).get("Item", {})
        return {name: plain.deserialize(value) for name, value in item.items()}

    def read(self, location: str) -> bytes:
        """The object at an address of S3."""
        bucket, _, key = location.removeprefix("s3://").partition("/")
        content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def upload(self, key: str, content: bytes) -> None:
        """Uploads an input."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def upload_file(self, upload: Upload) -> None:
        """Uploads a file as an input."""
        self._s3.upload_file(str(upload.path), self.bucket, upload.key)


def follow(session: Session, index: Index, outcomes: Sequence[Outcome]) -> None:
    """Uploads the inputs and fills in what becomes of them."""
    with session.steps.progress() as progress:
        bar = progress.add_task("Inputs", total=len(outcomes))
        started = {}
        for outcome in outcomes:
            index.upload_file(outcome.upload)
            started[outcome.upload.key] = time.monotonic()
        waiting = {outcome.upload.key: outcome for outcome in outcomes}
        latest = time.monotonic()
        while waiting and time.monotonic() - latest < PATIENCE_SECONDS:
            for outcome in _ended(index, waiting):
                latest = time.monotonic()
                outcome.seconds = round(latest - started[outcome.upload.key], 1)
                del waiting[outcome.upload.key]
                session.steps.say(f"  {outcome.upload.key}: {outcome.status} after {outcome.seconds} s")
                progress.update(bar, completed=len(outcomes) - len(waiting))
            time.sleep(PAUSE_SECONDS)


def _ended(index: Index, waiting: dict[str, Outcome]) -> Iterator[Outcome]:
    for key, outcome in list(waiting.items()):
        rows = index.rows(key)
        if rows and rows[0]["status"] in DONE:
            outcome.row, outcome.status = rows[0], rows[0]["status"]
            if outcome.status == "SUCCEEDED":
                outcome.answer = index.read(outcome.row["output_location"])
            yield outcome
