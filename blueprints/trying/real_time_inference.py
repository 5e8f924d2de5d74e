"""Sends rows of CSV through real-time-inference."""

import json
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from blueprints.trying.checks import Check, Step
from blueprints.trying.prediction_checks import Demonstration
from blueprints.trying.prediction_trial import PredictionTrial
from blueprints.trying.sample_models import alike, churn

NAME = "real-time-inference"
CUSTOMERS, BROKEN = "customers.csv", "no numbers.csv"
REQUESTS = 40
WAIT_SECONDS = 30


class RealTime(Demonstration):
    """Asks the sample model about customers, as a user of the pool."""

    stack = NAME
    limit_bytes = 6_291_456

    @property
    def steps(self) -> Sequence[Step]:
        """What is shown, in order."""
        customers, broken = self._inputs[CUSTOMERS], self._inputs[BROKEN]
        return (
            ("Customers are scored", self._scored),
            ("The model can't read a request", lambda check: self.not_understood(check, broken, 400)),
            ("Requests that the model isn't given", self.refused_by_front),
            ("Somebody who isn't signed in asks", lambda check: self.refused_without_identity(check, customers)),
            ("The role asks for what isn't its own", lambda check: self.role_is_bound(check, customers)),
            (f"{REQUESTS} requests come at once", self._burst),
            ("Requests and answers are captured", self._captured),
        )

    @cached_property
    def _rows(self) -> str:
        return self._inputs[CUSTOMERS].read_text(encoding="utf-8")

    def _scored(self, check: Check) -> None:
        reply, expected = self._model.ask_file(self._inputs[CUSTOMERS]), churn(self._rows)
        check.seen = f"{len(expected)} rows, each as the model says when it is run directly"
        check.must(reply.status == 200 and alike(reply.text, expected), f"it must be {expected}, got {reply.status} {reply.text}")

    def _burst(self, check: Check) -> None:
        replies, seconds = self.asked_at_once(self._inputs[CUSTOMERS], REQUESTS)
        answered = [reply for reply in replies if reply.status == 200]
        slowest = max(reply.seconds for reply in replies)
        check.seen = f"{len(answered)} answered in {seconds:.1f} s, the slowest after {slowest} s"
        check.must(len(answered) == REQUESTS, f"all must be answered, got {sorted({reply.status for reply in replies})}")
        check.must(all(alike(reply.text, churn(self._rows)) for reply in answered), "all must be answered alike")

    def _captured(self, check: Check) -> None:
        bucket, endpoint = self._session.outputs["CapturedBucketName"], self._session.outputs["EndpointName"]
        s3, deadline = self._session.aws.client("s3"), time.monotonic() + WAIT_SECONDS
        prefix = f"captured/{endpoint}/AllTraffic/"
        while not (keys := _keys(s3, bucket, prefix)) and time.monotonic() < deadline:
            time.sleep(0.5)
        check.must(bool(keys), f"there must be something below {prefix}, got nothing")
        if keys:
            found = s3.get_object(Bucket=bucket, Key=keys[0])
            line = json.loads(found["Body"].read().splitlines()[0])
            sides = sorted(line["captureData"])
            check.must(sides == ["endpointInput", "endpointOutput"], f"both sides must be captured, got {', '.join(sides)}")
            check.must(bool(line["eventMetadata"].get("inferenceId")), "the request's id must stand beside them, got none")
            check.must(found.get("ServerSideEncryption") == "aws:kms", "they must be encrypted with the deployment's key")
        check.seen = f"{len(keys)} files below captured/, encrypted, with the ids of their requests"


def _keys(s3: Any, bucket: str, prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", ())]


class Trial(PredictionTrial):
    """Shows the sample customers being scored; or the user's files."""

    def __init__(self) -> None:
        super().__init__(NAME, RealTime)
