"""A deployed batch-transform made by hand: it does at once what the real one does by and by, and can be told to do it wrong."""

import hashlib
import itertools
import json
from io import BytesIO
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from rich.console import Console

from blueprints.trying.steps import Steps
from blueprints.trying.transform_checks import MOMENT
from blueprints.trying.transform_requests import DATA, REQUESTS
from blueprints.trying.trial import Session

serialize, deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize
MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:machine"
OUTPUTS = {
    "InputsBucketName": "inputs",
    "ResultsBucketName": "results",
    "IndexTableName": "index",
    "IntakeQueueUrl": "intake",
    "FailedQueueUrl": "failed",
    "RejectedQueueUrl": "rejected",
    "StateMachineArn": MACHINE,
}
LONG = 10_000


class Deployment:
    """Stands for all clients at once.

    Args:
        wrong: What is done wrong, by the names that the methods ask for.
    """

    def __init__(self, *wrong: str) -> None:
        self.wrong = set(wrong)
        self.rows: dict[str, dict[str, Any]] = {}
        self.objects: dict[tuple[str, str], bytes] = {}
        self.jobs: dict[str, str] = {}
        self.queues: dict[str, list[dict[str, Any]]] = {"failed": [], "rejected": [], "intake": []}
        self.holders: set[str] = set()
        self.waiting: list[tuple[str, list[str]]] = []
        self.definition: dict[str, Any] = {
            "States": {"Transform": {"TimeoutSeconds": 3600}, "Wait": {}, "Report": {"Arguments": {"FunctionName": "report"}}}
        }
        self._versions = itertools.count(1)
        self.session = Session(self, OUTPUTS, Steps(Console(quiet=True)))  # type: ignore[arg-type]

    def client(self, _service: str) -> Any:
        return self

    def report(self) -> dict[str, Any]:
        return {"calls": [{"operation": "CreateTransformJob", "provenance": "stand-in XGBoost", "count": 2, "failed": 0}]}

    def get_paginator(self, _operation: str) -> Any:
        resources = [("AWS::Scheduler::Schedule", "Daily", "daily"), ("AWS::DynamoDB::Table", "StoreRuns1", "runs")]
        listed = [{"ResourceType": kind, "LogicalResourceId": name, "PhysicalResourceId": place} for kind, name, place in resources]
        return type("Pages", (), {"paginate": staticmethod(lambda **_: [{"StackResourceSummaries": listed}])})

    def get_schedule(self, **_: str) -> dict[str, Any]:
        event = {"source": "blueprint.schedule", "detail": {"prefix": f"{DATA}daily/{{date}}/", "time": MOMENT}}
        return {"Target": {"Input": json.dumps(event)}}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - as AWS calls them
        self.objects[Bucket, Key] = Body
        if Key.startswith(REQUESTS):
            self._plan(f"{Bucket}/{Key}", {"request": Key, "version": next(self._versions), "attempt": 1}, Body)

    def _plan(self, address: str, event: dict[str, Any], body: bytes = b"") -> None:
        transform = hashlib.sha1(f"{address}{event.get('version')}".encode()).hexdigest()  # noqa: S324
        if transform in self.rows and self.rows[transform]["attempt"] >= event["attempt"] and "repeats itself" not in self.wrong:
            return
        row = {"transform": transform, "request": address, "attempt": event["attempt"], "event": json.dumps(event), "status": "RUNNING"}
        self.rows[transform] = row
        code, keys = self._found(address, body)
        if code and "takes everything" not in self.wrong:
            self._end(row, "REFUSED", code)
            self.queues["rejected"].append(event)
        elif self.holders and "never waits" not in self.wrong:
            self.waiting.append((transform, keys))
        else:
            self._work(row, keys)

    def _found(self, address: str, body: bytes) -> tuple[str | None, list[str]]:
        """Why a request is refused, and the keys that it names."""
        if not address.endswith((".manifest", ".json", "/")):
            return "UNSUPPORTED_TYPE", []
        try:
            content = json.loads(body) if body else {"prefix": address.partition("/")[2]}
        except ValueError:
            return "MALFORMED", []
        if isinstance(content, dict):
            keys = [key for (_, key), value in self.objects.items() if key.startswith(content["prefix"]) and value]
            return None if keys else "EMPTY", keys
        keys = [f"{DATA}{name}" for name in content[1:]]
        if content[0]["prefix"] != f"s3://inputs/{DATA}":
            return "OUT_OF_SCOPE", []
        contents = [self.objects.get(("inputs", key)) for key in keys]
        found = [each for each in contents if each is not None]
        rules = {"MISSING": len(found) < len(keys), "TOO_LARGE": sum(map(len, found)) > 1_000_000}
        rules["TOO_MANY_RECORDS"] = sum(each.count(b"\n") for each in found) > 20_000
        return next((code for code, broken in rules.items() if broken), None), keys

    def _work(self, row: dict[str, Any], keys: list[str]) -> None:
        name = row["job"] = f"job-{row['transform'][:16]}-{row['attempt']}-1"
        contents = {key.removeprefix(DATA): self.objects.get(("inputs", key), b"") for key in keys}
        lines = {key: content.split() for key, content in contents.items()}
        row |= {"output_uri": f"s3://results/answers/{name}/", "objects": len(keys), "instances": len(keys)}
        row["records"] = sum(map(len, lines.values()))
        if row["records"] >= LONG:
            self._run_long(row, name)
            return
        bad = [key for key, content in contents.items() if b"point" in content]
        for key in lines.keys() - set(bad):
            answers = ["0.9" if "answers otherwise" in self.wrong else "0.5"] * len(lines[key])
            self.objects["results", f"answers/{name}/{key}.out"] = "\n".join(answers).encode()
        self.jobs[name] = "Failed" if bad else "Completed"
        if bad:
            row["outputs"] = len(lines) - len(bad)
            self._end(row, "FAILED", "Unknown" if "hides reasons" in self.wrong else "ClientError")
            self.queues["failed"].append(json.loads(row["event"]))
        else:
            self._end(row, "SUCCEEDED")

    def _run_long(self, row: dict[str, Any], name: str) -> None:
        late = self.definition["States"]["Transform"]["TimeoutSeconds"] < 10
        self.jobs[name] = "Stopped" if late and "never stops" not in self.wrong else "InProgress"
        if late:
            self._end(row, "FAILED", "TIMED_OUT")

    def _end(self, row: dict[str, Any], status: str, code: str | None = None) -> None:
        row |= {"status": status, "notified": row["transform"]} | ({"reason": {"code": code, "message": "why"}} if code else {})

    def stop_execution(self, **given: str) -> None:
        row = self.rows[given["executionArn"].rpartition(":")[2].rpartition("-")[0]]
        self.jobs[row["job"]] = "InProgress" if "forgets jobs" in self.wrong else "Stopped"
        self._end(row, "FAILED", "ABORTED")

    def head_object(self, **_: str) -> dict[str, str]:
        return {"ServerSideEncryption": "AES256" if "other encryption" in self.wrong else "aws:kms"}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        return {"Body": BytesIO(self.objects[Bucket, Key])}

    def list_objects_v2(self, **given: str) -> dict[str, Any]:
        keys = [key for bucket, key in self.objects if bucket == given["Bucket"] and key.startswith(given["Prefix"])]
        return {"Contents": [{"Key": key} for key in keys]}

    def query(self, **given: Any) -> dict[str, Any]:
        wanted = given["ExpressionAttributeValues"][":request"]["S"]
        found = [row for row in self.rows.values() if row["request"] == wanted and "never ends" not in self.wrong]
        return {"Items": [{name: serialize(value) for name, value in row.items()} for row in reversed(found)]}

    def update_item(self, **given: Any) -> None:
        assert given["TableName"] == "runs"
        holders = deserialize(given["ExpressionAttributeValues"][":holder"])
        self.holders = self.holders | holders if given["UpdateExpression"].startswith("ADD") else self.holders - holders
        if not self.holders:
            for transform, keys in self.waiting:
                self._work(self.rows[transform], keys)
            self.waiting = []

    def send_message(self, **given: str) -> None:
        event = json.loads(given["MessageBody"])
        if "detail" in event:
            prefix = event["detail"]["prefix"].replace("{date}", event["detail"]["time"][:10])
            self._plan(f"inputs/{prefix}", {"attempt": 1})
        else:
            self._plan(f"inputs/{event['request']}", event, self.objects["inputs", event["request"]])

    def get_queue_attributes(self, **given: Any) -> dict[str, Any]:
        waiting = len(self.queues[given["QueueUrl"]])
        counts = {"ApproximateNumberOfMessages": str(waiting), "ApproximateNumberOfMessagesNotVisible": "0"}
        return {"Attributes": {"QueueArn": given["QueueUrl"], **counts}}

    def start_message_move_task(self, **given: str) -> None:
        assert given == {"SourceArn": "failed", "DestinationArn": "intake"}
        messages, self.queues["failed"] = self.queues["failed"], []
        for event in messages if "moves nothing" not in self.wrong else ():
            self._plan(f"inputs/{event['request']}", event | {"attempt": 2}, self.objects["inputs", event["request"]])

    def list_transform_jobs(self, **_: int) -> dict[str, Any]:
        return {"TransformJobSummaries": [{"TransformJobName": name} for name in self.jobs]}

    def describe_transform_job(self, **given: str) -> dict[str, str]:
        return {"TransformJobStatus": self.jobs[given["TransformJobName"]]}

    def describe_state_machine(self, **_: str) -> dict[str, str]:
        return {"definition": json.dumps(self.definition)}

    def update_state_machine(self, **given: str) -> None:
        self.definition = json.loads(given["definition"])

    def get_function_configuration(self, **given: str) -> dict[str, Any]:
        assert given["FunctionName"] == "report"
        return {"Environment": {"Variables": {"JOB_SECONDS": "3600"}}}

    def update_function_configuration(self, **given: Any) -> None:
        assert given["Environment"]["Variables"]["JOB_SECONDS"] == "2"


def impatient(monkeypatch: Any) -> None:
    """Waits for nothing that doesn't come at once, and has the model say the same of every row."""
    for module in ("transform_requests", "transform_checks"):
        monkeypatch.setattr(f"blueprints.trying.{module}.PATIENCE_SECONDS", 0.02)
        monkeypatch.setattr(f"blueprints.trying.{module}.PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("blueprints.trying.transform_checks.TURN_SECONDS", 0)
    monkeypatch.setattr("blueprints.trying.transform_checks.churn", lambda rows: [0.5] * len(rows.split()))
