"""A deployed model made by hand: it answers as the sample models do, and can be told to do it wrong."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from blueprints.trying import prediction_checks, prediction_trial
from blueprints.trying.prediction_checks import LARGEST_BYTES, TYPES
from blueprints.trying.predictions import Reply
from blueprints.trying.sample_models import churn, wines
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session

OUTPUTS = {"PredictionsUrl": "url", "EndpointName": "endpoint", "CapturedBucketName": "captured"}


class Deployment:
    """Stands for the API, and for all clients at once.

    Args:
        wrong: What is done wrong, by the names that the methods ask for.
    """

    def __init__(self, *wrong: str) -> None:
        self.wrong = set(wrong)
        self.session = Session(self, OUTPUTS, Steps(Console(quiet=True)))  # type: ignore[arg-type]

    def install(self, patch: pytest.MonkeyPatch) -> "Deployment":
        """Puts this one in the place of those that are deployed."""
        for module in (prediction_checks, prediction_trial):
            patch.setattr(module, "Model", lambda _session: self)
        patch.setattr(prediction_checks, "answering", lambda *_, **__: SimpleNamespace(role="role"))
        patch.setattr(prediction_checks, "same_rights", self._same_rights)
        return self

    def ask_file(self, path: Path) -> Reply:
        return self.ask(path.read_bytes(), TYPES[path.suffix])

    def ask(self, body: bytes, content_type: str) -> Reply:
        if "takes everything" in self.wrong:
            return reply(200, "0.5")
        if content_type not in TYPES.values():
            return failure(415, "The Content-Type must be one of text/csv.")
        if not body or len(body) > LARGEST_BYTES:
            return failure(413 if body else 400, "The body must fit.")
        return self._predicted(body.decode())

    def _predicted(self, text: str) -> Reply:
        words = " could not convert string to float" if "tells the container's words" in self.wrong else ""
        if "red" in text:
            return failure(502, f"The model failed with HTTP status 500.{words}")
        if "point" in text:
            return failure(400, f"The model refuses the request with HTTP status 415.{words}")
        if "answers wrongly" in self.wrong:
            return reply(200, "0.123")
        if "breaks down" in self.wrong:
            return failure(503, "The endpoint is not available right now.")
        found = wines(text) if len(text.split(",")) % 13 == 0 else churn(text)
        return reply(200, json.dumps(found))

    def ask_as_nobody(self, _body: bytes, _content_type: str) -> Reply:
        return reply(200, "0.5") if "lets everybody in" in self.wrong else failure(403, "Missing Authentication Token")

    @contextmanager
    def _same_rights(self, *_: Any, **__: Any) -> Iterator["Deployment"]:
        yield self

    def invoke_endpoint(self, *, EndpointName: str, Body: bytes, **_: Any) -> None:  # noqa: N803 - as AWS calls them
        if EndpointName != OUTPUTS["EndpointName"] and "role may do everything" not in self.wrong:
            raise refused("AccessDeniedException")
        if len(Body) > 4_000_000 and "endpoint takes everything" not in self.wrong:
            raise refused("ValidationError")

    def client(self, service: str) -> Any:
        assert service == "s3"
        return self

    def get_paginator(self, _operation: str) -> Any:
        keys = [] if "captures nothing" in self.wrong else [{"Key": "captured/endpoint/AllTraffic/1.jsonl"}]
        return SimpleNamespace(paginate=lambda **_: [{"Contents": keys}])

    def get_object(self, **_: Any) -> Any:
        sides = ("endpointInput",) if "captures one side" in self.wrong else ("endpointInput", "endpointOutput")
        line = {"captureData": {side: {} for side in sides}, "eventMetadata": {"inferenceId": "1"}}
        encrypted = "AES256" if "encrypts otherwise" in self.wrong else "aws:kms"
        return {"Body": io.BytesIO(json.dumps(line).encode()), "ServerSideEncryption": encrypted}

    def report(self) -> Any:
        return {"calls": [{"operation": "InvokeEndpoint", "provenance": "stand-in XGBoost", "count": 2, "failed": 1}]}


def reply(status: int, text: str) -> Reply:
    return Reply(status, "application/json", text.encode(), 0.1)


def failure(status: int, message: str) -> Reply:
    return reply(status, json.dumps({"message": message, "request_id": "1"}))


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "InvokeEndpoint")
