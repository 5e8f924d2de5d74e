"""What must be true of a deployed asynchronous endpoint beyond its answers."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from blueprints.trying.async_uploads import DONE, PAUSE_SECONDS, PREFIX, Index, Outcome
from blueprints.trying.checks import Check, tried
from blueprints.trying.trial import Session

LARGEST_BYTES = 1_000_000
"""What the settings of the trial allow."""
REFUSED = {
    "empty.csv": (b"", "EMPTY"),
    "large.csv": (b"1,2,3,4,5,6,7,8\n" * (LARGEST_BYTES // 16 + 1), "TOO_LARGE"),
    "table.parquet": (b"PAR1", "UNSUPPORTED_TYPE"),
    "zeilen-ü.csv": (b"1,2,3,4,5,6,7,8\n", "UNSUPPORTED_KEY"),
}
WAIT_SECONDS = 60
LONG_AGO = "2020-01-01T00:00:00.000+00:00"
SWEEP = "sweep_inferences.handler.handler"


class Demonstration:
    """Shows what becomes of repeated events, refused and failed inputs, and requests that are never answered.

    Args:
        session: The deployment.
        index: Its index.
        outcomes: What became of the sample inputs.
    """

    def __init__(self, session: Session, index: Index, outcomes: Sequence[Outcome]) -> None:
        self._session, self._index = session, index
        self._aws, self._outputs = session.aws, session.outputs
        self._outcomes = {outcome.upload.path.name: outcome for outcome in outcomes}
        self.checks: list[Check] = []

    def run(self) -> None:
        """Tries everything, one after the other."""
        steps = (
            ("Each line of a file has its prediction", self._answers),
            ("Answers are encrypted with the deployment's key", self._encryption),
            ("An event that comes again has no effect", self._repetition),
            ("Files that no model takes are refused", self._refusals),
            ("What the model fails on is kept with its reason", self._failure),
            ("What failed can be sent again", self._redrive),
            ("What is never answered ends all the same", self._loss),
            ("An answer after all is recorded", self._late_answer),
        )
        self.checks = tried(steps, self._session.steps)

    def _answers(self, check: Check) -> None:
        answered = {name: found for name, found in self._outcomes.items() if found.answer is not None}
        lines = {name: len(found.upload.path.read_text().split()) for name, found in answered.items()}
        scores = {name: (found.answer or b"").decode().replace(",", " ").split() for name, found in answered.items()}
        check.seen = ", ".join(f"{name}: {len(scores[name])} of {lines[name]}" for name in answered) or "no answers"
        check.must(bool(answered), "no input had an answer")
        for name, found in scores.items():
            check.must(len(found) == lines[name], f"{name} has {len(found)} predictions for {lines[name]} lines")
            check.must(all(0 <= float(score) <= 1 for score in found), f"{name} has predictions that are no probabilities")

    def _encryption(self, check: Check) -> None:
        location = self._answered().row["output_location"]
        bucket, _, key = location.removeprefix("s3://").partition("/")
        head = self._aws.client("s3").head_object(Bucket=bucket, Key=key)
        check.seen = f"{head.get('ServerSideEncryption')}, {key.partition('/')[0]}/"
        check.must(head.get("ServerSideEncryption") == "aws:kms", "the answer is not encrypted by KMS")
        check.must(bucket == self._outputs["ResultsBucketName"], "the answer lies in another bucket")

    def _repetition(self, check: Check) -> None:
        row, before = self._answered().row, self._answer_keys()
        for _ in range(3):
            self._send("IntakeQueueUrl", json.loads(row["event"]))
        self._until_empty("IntakeQueueUrl")
        check.seen = f"3 more events, {len(self._answer_keys()) - len(before)} more answers"
        check.must(self._answer_keys() == before, "there is another answer")
        check.must(self._index.row(row["inference"]) == row, "the row has changed")

    def _refusals(self, check: Check) -> None:
        for name, (content, _) in REFUSED.items():
            self._index.upload(f"{PREFIX}{name}", content)
        rows = {name: self._ended(f"{PREFIX}{name}") for name in REFUSED}
        codes = {name: row.get("reason", {}).get("code", row.get("status")) for name, row in rows.items()}
        check.seen = ", ".join(f"{name}: {code}" for name, code in codes.items())
        for name, (_, expected) in REFUSED.items():
            check.must(codes[name] == expected, f"{name} should be {expected}")
        told = self._waiting("RejectedQueueUrl")
        check.must(told == len(REFUSED), f"{told} of {len(REFUSED)} messages are in the rejected queue")

    def _failure(self, check: Check) -> None:
        row = self._failed().row
        said = self._index.read(row["failure_location"]).decode() if row.get("failure_location") else ""
        check.seen = f"{row['reason']['code']}: {row['reason']['message']}"
        check.must(bool(said), "what the container said is not there")
        check.must(self._waiting("FailedQueueUrl") == 1, "there should be one message in the failed queue")

    def _redrive(self, check: Check) -> None:
        row = self._failed().row
        arns = {name: self._arn(name) for name in ("FailedQueueUrl", "IntakeQueueUrl")}
        self._aws.client("sqs").start_message_move_task(SourceArn=arns["FailedQueueUrl"], DestinationArn=arns["IntakeQueueUrl"])
        self._until(lambda: self._now(row)["attempt"] == 2 and self._now(row)["status"] in DONE)
        again = self._now(row)
        check.seen = f"attempt {again['attempt']}: {again['status']}"
        check.must((again["attempt"], again["status"]) == (2, "FAILED"), "the second attempt has no end")
        self._until(lambda: self._waiting("FailedQueueUrl") == 1)
        check.must(self._waiting("FailedQueueUrl") == 1, "the second failure was not told")

    def _loss(self, check: Check) -> None:
        row = self._answered().row
        self._set(row, status="SUBMITTED", updated_at=LONG_AGO)
        listed = self._aws.client("lambda").get_paginator("list_functions").paginate()
        names = [found["FunctionName"] for page in listed for found in page["Functions"] if found["Handler"] == SWEEP]
        answer = self._aws.client("lambda").invoke(FunctionName=names[0], Payload=b"{}")
        lost = self._now(row)
        check.seen = f"{lost['status']}: {lost.get('reason', {}).get('code')}; {answer['Payload'].read().decode()}"
        check.must((lost["status"], lost.get("reason", {}).get("code")) == ("FAILED", "LOST"), "the row should be lost")
        check.must(self._waiting("FailedQueueUrl") == 2, "people should find it in the failed queue")

    def _late_answer(self, check: Check) -> None:
        row = self._answered().row
        notice = {
            "invocationStatus": "Completed",
            "inferenceId": f"{row['inference']}-{row['attempt']}",
            "responseParameters": {"outputLocation": row["output_location"]},
        }
        self._aws.client("sns").publish(TopicArn=self._outputs["SuccessTopicArn"], Message=json.dumps(notice))
        self._until(lambda: self._now(row)["status"] == "SUCCEEDED")
        check.seen = self._now(row)["status"]
        check.must(check.seen == "SUCCEEDED", "the notice was not recorded")

    def _answered(self) -> Outcome:
        return next(outcome for outcome in self._outcomes.values() if outcome.status == "SUCCEEDED")

    def _failed(self) -> Outcome:
        return next(outcome for outcome in self._outcomes.values() if outcome.status == "FAILED")

    def _now(self, row: dict[str, Any]) -> dict[str, Any]:
        return self._index.row(row["inference"])

    def _set(self, row: dict[str, Any], **values: str) -> None:
        names = {f"#{name}": name for name in values}
        self._aws.client("dynamodb").update_item(
            TableName=self._outputs["IndexTableName"],
            Key={"inference": {"S": row["inference"]}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()},
        )

    def _ended(self, key: str) -> dict[str, Any]:
        self._until(lambda: [row for row in self._index.rows(key) if row["status"] in DONE])
        return next(iter(self._index.rows(key)), {})

    def _answer_keys(self) -> list[str]:
        pages = (
            self._aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self._outputs["ResultsBucketName"], Prefix="answers/")
        )
        return sorted(found["Key"] for page in pages for found in page.get("Contents", ()))

    def _send(self, queue: str, event: dict[str, Any]) -> None:
        self._aws.client("sqs").send_message(QueueUrl=self._outputs[queue], MessageBody=json.dumps(event))

    def _attributes(self, queue: str) -> dict[str, str]:
        asked = self._aws.client("sqs").get_queue_attributes(QueueUrl=self._outputs[queue], AttributeNames=["All"])
        found: dict[str, str] = asked["Attributes"]
        return found

    def _arn(self, queue: str) -> str:
        return self._attributes(queue)["QueueArn"]

    def _waiting(self, queue: str) -> int:
        return int(self._attributes(queue)["ApproximateNumberOfMessages"])

    def _until_empty(self, queue: str) -> None:
        counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        self._until(lambda: not any(int(self._attributes(queue)[name]) for name in counts))

    @staticmethod
    def _until(holds: Callable[[], Any]) -> None:
        """Waits for something, though not for ever; whether it came is looked at afterwards."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not holds() and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
