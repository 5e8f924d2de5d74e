"""Sends documents through document-analysis."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from rich.console import Console

from blueprints.trying.document_report import answerers, print_outcome, print_summary
from blueprints.trying.files import Upload, file_problems, uploads
from blueprints.trying.reviews import ReviewApi
from blueprints.trying.trial import Session

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "document-analysis"
DONE = ("SUCCEEDED", "REFUSED", "REJECTED", "FAILED")
NO_ANSWER = "NO ANSWER"
PATIENCE_SECONDS = 120
"""How long no document may come to its end before the rest are given up."""
PAUSE_SECONDS = 0.25
plain = TypeDeserializer()


@dataclass
class Outcome:
    """What became of one document.

    Args:
        upload: The file and its key.
        status: As the index tells it, or ``NO ANSWER``.
        seconds: From the upload to the row in the index.
        row: The row in the index.
        result: The stored result, if there is one.
        redacted_text: The text without personal data, if there is one.
        reviewed: The fields that a review was about.
    """

    upload: Upload
    status: str = NO_ANSWER
    seconds: float = 0.0
    row: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    redacted_text: str | None = None
    reviewed: list[dict[str, Any]] = field(default_factory=list)

    def location(self, name: str) -> str | None:
        """Returns the address of an object that the row names, such as ``result_key``."""
        return f"s3://{self.row['result_bucket']}/{self.row[name]}" if self.row.get(name) else None


class Trial:
    """Uploads documents, follows them until each has its end, and shows what was found."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.answered_by = ""

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells which files can't be sent."""
        return file_problems(files)

    def run(self, session: Session, files: Sequence[Path]) -> bool:
        """Sends the documents; returns whether each was analysed, or refused for a reason that the blueprint names."""
        self.outcomes = [Outcome(upload) for upload in uploads(files or sorted(SAMPLES.iterdir()))]
        Follower(session).follow(self.outcomes)
        self.answered_by = answerers(session.aws.report()["calls"])
        return all(outcome.status not in ("FAILED", NO_ANSWER) for outcome in self.outcomes)

    def print(self, console: Console) -> None:
        """Shows each document, then all of them in a table."""
        for outcome in self.outcomes:
            print_outcome(outcome, self.answered_by, console)
        print_summary(self.outcomes, console)

    def document(self) -> list[dict[str, Any]]:
        """Returns the outcomes as plain data."""
        return [
            {
                "file": str(outcome.upload.path),
                "key": outcome.upload.key,
                "status": outcome.status,
                "seconds": outcome.seconds,
                "reason": outcome.row.get("reason"),
                "result_location": outcome.location("result_key"),
                "redacted_text": outcome.redacted_text,
                "reviewed": outcome.reviewed,
                "result": outcome.result,
            }
            for outcome in self.outcomes
        ]


class Follower:
    """Uploads documents and waits for their rows in the index, answering reviews meanwhile."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._s3 = session.aws.client("s3")
        self._dynamodb = session.aws.client("dynamodb")
        self._reviews = ReviewApi(session.aws, session.outputs["ReviewApiUrl"]) if "ReviewApiUrl" in session.outputs else None
        self._bucket = session.outputs["DocumentsBucketName"]

    def follow(self, outcomes: Sequence[Outcome]) -> None:
        """Fills in the outcomes."""
        with self._session.steps.progress() as progress:
            bar = progress.add_task("Documents", total=len(outcomes))
            started = {}
            for outcome in outcomes:
                self._s3.upload_file(str(outcome.upload.path), self._bucket, outcome.upload.key)
                started[outcome.upload.key] = time.monotonic()
            waiting = {outcome.upload.key: outcome for outcome in outcomes}
            latest = time.monotonic()
            while waiting and time.monotonic() - latest < PATIENCE_SECONDS:
                for outcome in self._finished(waiting):
                    latest = time.monotonic()
                    outcome.seconds = round(latest - started[outcome.upload.key], 1)
                    del waiting[outcome.upload.key]
                    self._session.steps.say(f"  {outcome.upload.key}: {outcome.status} after {outcome.seconds} s")
                    progress.update(bar, completed=len(outcomes) - len(waiting))
                self._answer_reviews(outcomes)
                time.sleep(PAUSE_SECONDS)
        for outcome in outcomes:
            self._fetch(outcome)

    def _finished(self, waiting: dict[str, Outcome]) -> Iterator[Outcome]:
        for key, outcome in list(waiting.items()):
            name = {"document": {"S": f"{self._bucket}/{key}"}}
            item = self._dynamodb.get_item(TableName=self._session.outputs["IndexTableName"], Key=name, ConsistentRead=True).get("Item", {})
            outcome.row = {name: plain.deserialize(value) for name, value in item.items()}
            if outcome.row.get("status") in DONE:
                outcome.status = outcome.row["status"]
                yield outcome

    def _answer_reviews(self, outcomes: Sequence[Outcome]) -> None:
        for review in self._reviews.approve_pending() if self._reviews else ():
            for outcome in outcomes:
                if outcome.upload.key == review["document"]["key"]:
                    outcome.reviewed = review["fields"]

    def _fetch(self, outcome: Outcome) -> None:
        row = outcome.row
        if row.get("result_key"):
            outcome.result = json.loads(self._read(row["result_bucket"], row["result_key"]))
        if row.get("redacted_key"):
            outcome.redacted_text = self._read(row["result_bucket"], row["redacted_key"]).decode()

    def _read(self, bucket: str, key: str) -> bytes:
        content: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content
