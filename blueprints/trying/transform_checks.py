"""What must be true of a deployed batch transform, shown step by step."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blueprints.trying.checks import Check, Step, tried
from blueprints.trying.sample_models import alike, churn
from blueprints.trying.transform_requests import DATA, PATIENCE_SECONDS, PAUSE_SECONDS, Requests
from blueprints.trying.trial import Session

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "batch-transform"
GOOD = ("customers-1.csv", "customers-2.csv")
BAD = "broken.csv"
ROW = b"9,59.9,5.9,0,0,10,10,1\n"
MANY_ROWS = 15_000
"""Enough that a job has not ended when it is stopped."""
SHORT_SECONDS = 2
TURN_SECONDS = 2
"""For which a request that has to wait is watched."""
STACK = "batch-transform"
DAY, DUE = "2026-11-30", "2026-11-30T04:00:00Z"
MOMENT = "<aws.scheduler.scheduled-time>"
NOBODY = {"S": "somebody-else-1"}


class Demonstration:
    """Sends requests of every kind, good and bad, and stops what runs.

    Args:
        session: The deployment.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._requests = session, Requests(session)
        self._samples = {name: (SAMPLES / name).read_bytes() for name in (*GOOD, BAD)}
        self.rows: dict[str, dict[str, Any]] = {}
        self.checks: list[Check] = []

    def run(self) -> None:
        """Goes through all steps."""
        for name, content in self._samples.items():
            self._requests.put(f"{DATA}{name}", content)
        steps: Sequence[Step] = (
            ("A manifest of two files is transformed", self._manifest),
            ("Results are those of the model, run directly", self._results),
            ("Results are encrypted with the deployment's key", self._encryption),
            ("An event that comes again has no effect", self._repetition),
            ("A file may name a prefix instead", self._prefix),
            ("A prefix comes every day", self._daily),
            ("Requests that nobody should pay for are refused", self._refusals),
            ("What the model fails on ends with its reason", self._failure),
            ("What failed can be sent again", self._redrive),
            ("One waits for the other", self._turn),
            ("An execution that is stopped stops its job", self._stopped),
            ("A job that runs too long is stopped", self._late),
        )
        self.checks = tried(steps, self._session.steps)

    def _manifest(self, check: Check) -> None:
        row = self._ended(self._requests.manifest("customers", GOOD))
        records = sum(len(self._samples[name].split()) for name in GOOD)
        check.seen = f"{row['status']}: {row.get('records')} records of {row.get('objects')} objects on {row.get('instances')} instances"
        check.must(row["status"] == "SUCCEEDED", f"it must succeed, got {row.get('reason')}")
        check.must(row.get("records") == records, f"{records} records must be counted, got {row.get('records')}")
        check.must(row.get("instances") == 2, f"each object must have an instance, got {row.get('instances')}")

    def _results(self, check: Check) -> None:
        results = self._requests.results(self._first())
        check.must(set(results) == {f"{name}.out" for name in GOOD}, f"each object must have a result, got {sorted(results)}")
        right = 0
        for name in GOOD:
            lines = results[f"{name}.out"].decode()
            expected = churn(self._samples[name].decode())
            check.must(alike(lines, expected), f"{name} must have the model's {len(expected)} probabilities")
            right += len(lines.split())
        check.seen = f"{right} probabilities"

    def _encryption(self, check: Check) -> None:
        bucket, _, prefix = self._first()["output_uri"].removeprefix("s3://").partition("/")
        head = self._session.aws.client("s3").head_object(Bucket=bucket, Key=f"{prefix}{GOOD[0]}.out")
        check.seen = f"{head.get('ServerSideEncryption')}, {prefix.partition('/')[0]}/"
        check.must(head.get("ServerSideEncryption") == "aws:kms", "results must be encrypted by KMS")
        check.must(bucket == self._session.outputs["ResultsBucketName"], "results must lie in the bucket of results")

    def _repetition(self, check: Check) -> None:
        row, jobs = self._first(), len(self._requests.jobs())
        for _ in range(3):
            self._requests.send(json.loads(row["event"]))
        self._requests.until_planned()
        check.seen = f"3 more events, {len(self._requests.jobs()) - jobs} more jobs"
        check.must(len(self._requests.jobs()) == jobs, "there must be no other job")
        check.must(self._requests.row(row["request"]) == row, "the row must stay as it is")

    def _prefix(self, check: Check) -> None:
        self._requests.put(f"{DATA}2026/11/customers.csv", ROW * 5)
        self._requests.put(f"{DATA}2026/_SUCCESS", b"")
        row = self._ended(self._requests.request("year.json", json.dumps({"prefix": f"{DATA}2026/"}).encode()))
        found = self._requests.results(row) if row["status"] == "SUCCEEDED" else {}
        check.seen = f"{row['status']}: {', '.join(found)}"
        check.must(set(found) == {"2026/11/customers.csv.out"}, f"the one object with content must have a result, got {row}")

    def _daily(self, check: Check) -> None:
        (event,) = self._scheduled()
        self._requests.put(f"{DATA}daily/{DAY}/customers.csv", ROW)
        for _ in range(2):
            self._requests.send(json.loads(event.replace(MOMENT, DUE)))
        row = self._ended(f"{self._requests.bucket}/{DATA}daily/{DAY}/")
        self._requests.until_planned()
        jobs = [job for job in self._requests.jobs() if row.get("job") and job["TransformJobName"].startswith(row["job"][:-4])]
        check.seen = f"{row['status']}: {row.get('records')} record, {len(jobs)} job for two events"
        check.must(row["status"] == "SUCCEEDED", f"it must succeed, got {row.get('reason')}")
        check.must(len(jobs) == 1, f"there must be one job, got {len(jobs)}")

    def _refusals(self, check: Check) -> None:
        self._requests.put(f"{DATA}large.csv", b"1," * 600_000)
        self._requests.put(f"{DATA}many.csv", b"1\n" * 20_001)
        outside = json.dumps([{"prefix": "s3://somebody-elses/data/"}, "customers.csv"]).encode()
        addresses = {
            "MALFORMED": self._requests.request("broken.manifest", b'[{"prefix": "s3://'),
            "OUT_OF_SCOPE": self._requests.request("outside.manifest", outside),
            "MISSING": self._requests.manifest("missing", ["nothing.csv"]),
            "TOO_LARGE": self._requests.manifest("large", ["large.csv"]),
            "TOO_MANY_RECORDS": self._requests.manifest("many", ["many.csv"]),
            "EMPTY": self._requests.request("empty.json", b'{"prefix": "data/2027/"}'),
            "UNSUPPORTED_TYPE": self._requests.request("customers.csv", ROW),
        }
        before = len(self._requests.jobs())
        codes = {code: self._ended(address).get("reason", {}).get("code") for code, address in addresses.items()}
        check.seen = ", ".join(str(code) for code in codes.values())
        for expected, code in codes.items():
            check.must(code == expected, f"it must be {expected}, got {code}")
        check.must(len(self._requests.jobs()) == before, "no job must be made")
        told = self._requests.waiting("RejectedQueueUrl")
        check.must(told == len(codes), f"{len(codes)} messages must be in the rejected queue, got {told}")

    def _failure(self, check: Check) -> None:
        row = self._ended(self._requests.manifest("partly-broken", [BAD, GOOD[1]]))
        reason = row.get("reason", {})
        check.seen = f"{reason.get('code')}: {reason.get('message')}"
        check.must(row["status"] == "FAILED", f"it must fail, got {row['status']}")
        check.must(reason.get("code") in ("ClientError", "AlgorithmError"), f"SageMaker's reason must be kept, got {reason}")
        check.must(row.get("outputs") == 1, f"the other file must have its result, got {row.get('outputs')}")
        check.must(self._requests.waiting("FailedQueueUrl") == 1, "there must be one message in the failed queue")

    def _redrive(self, check: Check) -> None:
        row, *_ = [row for row in self.rows.values() if row["status"] == "FAILED"]
        self._requests.move("FailedQueueUrl", "IntakeQueueUrl")
        again = self._ended(row["request"], attempt=2)
        check.seen = f"attempt {again['attempt']}: {again['status']}, job {again.get('job', '')[-4:]} after {row['job'][-4:]}"
        check.must((again["attempt"], again["status"]) == (2, "FAILED"), "the second attempt must have an end")
        check.must(again.get("job") != row["job"], "it must have a job of its own")
        self._until(lambda: self._requests.waiting("FailedQueueUrl") == 1)
        check.must(self._requests.waiting("FailedQueueUrl") == 1, "the second failure must be told")

    def _turn(self, check: Check) -> None:
        self._occupy("ADD")
        address = self._requests.manifest("waiting", [GOOD[1]])
        self._until(lambda: self._requests.row(address).get("status") == "RUNNING")
        time.sleep(TURN_SECONDS)
        jobs = len(self._requests.jobs())
        still = self._requests.row(address).get("status")
        self._occupy("DELETE")
        row = self._ended(address)
        check.seen = f"{still} without a job while the slot is taken, then {row['status']}"
        check.must(still == "RUNNING", f"it must wait, got {still}")
        check.must(row["status"] == "SUCCEEDED" and len(self._requests.jobs()) == jobs + 1, "it must go on when the slot is free")

    def _stopped(self, check: Check) -> None:
        self._requests.put(f"{DATA}long.csv", ROW * MANY_ROWS)
        known = {job["TransformJobName"] for job in self._requests.jobs()}
        address = self._requests.manifest("long", ["long.csv"])
        self._until(lambda: {job["TransformJobName"] for job in self._requests.jobs()} - known)
        self._stop_execution(self._requests.row(address))
        row = self._ended(address)
        (name,) = {job["TransformJobName"] for job in self._requests.jobs()} - known
        self._until(lambda: self._job(name) in ("Stopped", "Completed"))
        check.seen = f"{row['status']}: {row.get('reason', {}).get('code')}; the job is {self._job(name)}"
        check.must(row.get("reason", {}).get("code") == "ABORTED", f"it must end as ABORTED, got {row.get('reason')}")
        check.must(self._job(name) == "Stopped", f"the job must be stopped, got {self._job(name)}")

    def _late(self, check: Check) -> None:
        self._shorten()
        known = {job["TransformJobName"] for job in self._requests.jobs()}
        self._requests.put(f"{DATA}late.csv", ROW * MANY_ROWS)
        row = self._ended(self._requests.manifest("late", ["late.csv"]))
        (name,) = {job["TransformJobName"] for job in self._requests.jobs()} - known
        check.seen = f"{row['status']}: {row.get('reason', {}).get('code')}; the job is {self._job(name)}"
        check.must(row.get("reason", {}).get("code") == "TIMED_OUT", f"it must end as TIMED_OUT, got {row.get('reason')}")
        check.must(self._job(name) == "Stopped", f"the job must be stopped, got {self._job(name)}")

    def _shorten(self) -> None:
        """Lets jobs run for two seconds instead of hours; nobody would wait for those."""
        states, functions = self._session.aws.client("stepfunctions"), self._session.aws.client("lambda")
        arn = self._session.outputs["StateMachineArn"]
        definition = json.loads(states.describe_state_machine(stateMachineArn=arn)["definition"])
        definition["States"]["Transform"]["TimeoutSeconds"] = SHORT_SECONDS
        definition["States"]["Wait"]["Seconds"] = 1
        states.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition))
        name = definition["States"]["Report"]["Arguments"]["FunctionName"]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**variables, "JOB_SECONDS": str(SHORT_SECONDS)}}
        )

    def _first(self) -> dict[str, Any]:
        return self._requests.row(f"{self._requests.bucket}/requests/customers.manifest")

    def _ended(self, address: str, *, attempt: int = 1) -> dict[str, Any]:
        row = self._requests.ended(address, attempt=attempt)
        self.rows[address] = row
        return row

    def _scheduled(self) -> list[str]:
        """What the schedules of the deployment send, before a time is put in."""
        scheduler = self._session.aws.client("scheduler")
        resources = self._session.aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        names = [
            resource["PhysicalResourceId"]
            for page in resources
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == "AWS::Scheduler::Schedule"
        ]
        return [scheduler.get_schedule(Name=name)["Target"]["Input"] for name in names]

    def _occupy(self, change: str) -> None:
        """Takes the one slot as somebody else, with ADD, or gives it back, with DELETE."""
        resources = self._session.aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        (table,) = [
            resource["PhysicalResourceId"]
            for page in resources
            for resource in page["StackResourceSummaries"]
            if resource["LogicalResourceId"].startswith("StoreRuns")
        ]
        self._session.aws.client("dynamodb").update_item(
            TableName=table,
            Key={"pk": {"S": "slots"}},
            UpdateExpression=f"{change} holders :holder",
            ExpressionAttributeValues={":holder": {"SS": [NOBODY["S"]]}},
        )

    def _stop_execution(self, row: Mapping[str, Any]) -> None:
        machine = self._session.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
        self._session.aws.client("stepfunctions").stop_execution(executionArn=f"{machine}:{row['transform']}-{row['attempt']}")

    def _job(self, name: str) -> str:
        return str(self._session.aws.client("sagemaker").describe_transform_job(TransformJobName=name)["TransformJobStatus"])

    @staticmethod
    def _until(holds: Callable[[], Any]) -> None:
        """Waits for something, though not for ever; whether it came is looked at afterwards."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds() and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
