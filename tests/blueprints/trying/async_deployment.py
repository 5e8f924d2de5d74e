"""A deployed async-inference made by hand: it does at once what the real one does by and by, and can be told to do it wrong."""

import itertools
import json
from io import BytesIO
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from rich.console import Console

from blueprints.trying.async_checks import SWEEP
from blueprints.trying.async_uploads import PREFIX
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session

serialize, deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize
OUTPUTS = {
    "InputsBucketName": "inputs",
    "ResultsBucketName": "results",
    "IndexTableName": "index",
    "IntakeQueueUrl": "intake",
    "FailedQueueUrl": "failed",
    "RejectedQueueUrl": "rejected",
    "SuccessTopicArn": "success",
}


class Deployment:
    """Stands for all clients at once.

    Args:
        wrong: What is done wrong, by the names that the methods ask for.
    """

    def __init__(self, *wrong: str) -> None:
        self.wrong = set(wrong)
        self.rows: dict[str, dict[str, Any]] = {}
        self.objects: dict[tuple[str, str], bytes] = {}
        self.queues: dict[str, list[dict[str, Any]]] = {"intake": [], "failed": [], "rejected": []}
        self._numbers = itertools.count(1)
        self.session = Session(self, OUTPUTS, Steps(Console(quiet=True)))  # type: ignore[arg-type]

    def client(self, _service: str) -> Any:
        return self

    def report(self) -> dict[str, Any]:
        return {"calls": [{"operation": "InvokeEndpointAsync", "provenance": "stand-in XGBoost", "count": 2, "failed": 0}]}

    def get_paginator(self, operation: str) -> Any:
        pages = {"list_functions": self._functions, "list_objects_v2": self._objects}
        return type("Pages", (), {"paginate": staticmethod(pages[operation])})

    def _functions(self) -> list[dict[str, Any]]:
        return [{"Functions": [{"FunctionName": "other", "Handler": "x"}]}, {"Functions": [{"FunctionName": "sweep", "Handler": SWEEP}]}]

    def _objects(self, **given: str) -> list[dict[str, Any]]:
        keys = [key for bucket, key in self.objects if bucket == given["Bucket"] and key.startswith(given["Prefix"])]
        return [{"Contents": [{"Key": key} for key in keys]}]

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        self.put_object(Bucket=bucket, Key=key, Body=Path(path).read_bytes())

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - as AWS calls them
        self.objects[Bucket, Key] = Body
        inference = f"{next(self._numbers):040x}"
        event = {"detail": {"object": {"key": Key}}, "attempt": 1}
        row = {"inference": inference, "input": f"{Bucket}/{Key}", "attempt": 1, "event": json.dumps(event)}
        self.rows[inference] = row
        code = self._refusal(Key.removeprefix(PREFIX), Body)
        if code:
            self._end(row, "REFUSED", code)
            self.queues["rejected"].append(event)
        else:
            self._answer(row, Body)

    def _refusal(self, name: str, body: bytes) -> str | None:
        if "takes everything" in self.wrong:
            return None
        rules = {"EMPTY": not body, "TOO_LARGE": len(body) > 1_000_000, "UNSUPPORTED_KEY": not name.isascii()}
        return next((code for code, broken in {**rules, "UNSUPPORTED_TYPE": not name.endswith(".csv")}.items() if broken), None)

    def _answer(self, row: dict[str, Any], body: bytes) -> None:
        if b"point" in body:
            self.objects["results", f"failures/{row['inference']}"] = b"" if "container is silent" in self.wrong else b"no number"
            row["failure_location"] = f"s3://results/failures/{row['inference']}"
            self._end(row, "FAILED", "ClientError")
            self.queues["failed"].append(json.loads(row["event"]))
            return
        lines = body.decode().split()
        scores = ["2" if "no probabilities" in self.wrong else "0.5"] * (len(lines) - ("a line is lost" in self.wrong))
        key = f"answers/{row['inference']}.out"
        self.objects["results", key] = "\n".join(scores).encode()
        row |= {"status": "SUCCEEDED", "output_location": f"s3://results/{key}"}

    def _end(self, row: dict[str, Any], status: str, code: str) -> None:
        row |= {"status": status, "reason": {"code": code, "message": "why"}}

    def head_object(self, **_: str) -> dict[str, str]:
        return {"ServerSideEncryption": "AES256" if "other encryption" in self.wrong else "aws:kms"}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        return {"Body": BytesIO(self.objects[Bucket, Key])}

    def query(self, **given: Any) -> dict[str, Any]:
        wanted = given["ExpressionAttributeValues"][":input"]["S"]
        found = [row for row in self.rows.values() if row["input"] == wanted and "never ends" not in self.wrong]
        return {"Items": [_item(row) for row in reversed(found)]}

    def get_item(self, **given: Any) -> dict[str, Any]:
        return {"Item": _item(self.rows[given["Key"]["inference"]["S"]])}

    def update_item(self, **given: Any) -> None:
        row = self.rows[given["Key"]["inference"]["S"]]
        row |= {name[1:]: deserialize(value) for name, value in given["ExpressionAttributeValues"].items()}

    def send_message(self, **_: str) -> None:
        if "repeats itself" in self.wrong:
            self.objects["results", f"answers/{next(self._numbers)}"] = b"again"

    def get_queue_attributes(self, **given: Any) -> dict[str, Any]:
        waiting = len(self.queues[given["QueueUrl"]])
        counts = {"ApproximateNumberOfMessages": str(waiting), "ApproximateNumberOfMessagesNotVisible": "0"}
        return {"Attributes": {"QueueArn": given["QueueUrl"], **counts}}

    def start_message_move_task(self, **given: str) -> None:
        assert given == {"SourceArn": "failed", "DestinationArn": "intake"}
        if "moves nothing" not in self.wrong:
            (row,) = (row for row in self.rows.values() if row["status"] == "FAILED")
            row["attempt"] = 2

    def invoke(self, **given: Any) -> dict[str, Any]:
        assert given["FunctionName"] == "sweep"
        for row in self.rows.values():
            if row["status"] == "SUBMITTED" and "loses track" not in self.wrong:
                self._end(row, "FAILED", "LOST")
                self.queues["failed"].append(json.loads(row["event"]))
        return {"Payload": BytesIO(b'{"given_up": 1}')}

    def publish(self, **given: str) -> None:
        notice = json.loads(given["Message"])
        row = self.rows[notice["inferenceId"].rpartition("-")[0]]
        row["status"] = row["status"] if "is deaf" in self.wrong else "SUCCEEDED"


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return {name: serialize(value) for name, value in row.items()}


def impatient(monkeypatch: Any) -> None:
    """Waits for nothing that doesn't come at once."""
    for name in ("async_uploads.PATIENCE_SECONDS", "async_uploads.PAUSE_SECONDS", "async_checks.WAIT_SECONDS"):
        monkeypatch.setattr(f"blueprints.trying.{name}", 0.02)
    monkeypatch.setattr("blueprints.trying.async_checks.PAUSE_SECONDS", 0.01)
