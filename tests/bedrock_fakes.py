"""Bedrock as the functions that answer see it: it replies what it is told to, and refuses parameters that its API doesn't have."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator
from moto import mock_aws

from questions import attempts
from questions.settings import settings

REGION, ACCOUNT = "us-east-1", "123456789012"
GUARDRAIL = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/abc123"
VARIABLES = {
    "KNOWLEDGE_BASE_ID": "KNOWLEDGE1",
    "MODEL_ID": "amazon.nova-lite-v1:0",
    "MODEL_NAME": "amazon.nova-lite-v1:0",
    "GUARDRAIL_ARN": GUARDRAIL,
    "GUARDRAIL_VERSION": "1",
    "MAX_OUTPUT_TOKENS": "512",
    "TEMPERATURE": "0",
    "MAX_QUESTION_CHARACTERS": "1000",
    "PASSAGES": "5",
    "SEARCH_TYPE": "SEMANTIC",
    "CONFIGURATION_ID": "configuration",
    "PROMPT_CACHING": "false",
    "INSTRUCTIONS": "",
}
TENANCY = {"TENANT_CLAIM": "custom:tenant", "TENANT_ATTRIBUTE": "tenant"}
SESSIONS = {"SESSIONS_TABLE": "sessions", "SESSION_HOURS": "24", "SESSION_TURNS": "3"}
CACHE = {"CACHE_TABLE": "answers", "CACHE_HOURS": "1"}
OPTIONAL = {*TENANCY, *SESSIONS, *CACHE, "RERANK_MODEL_ARN", "CANDIDATES", "ALLOWED_CLIENTS"}

Scripted = Any
"""A response, an exception to raise, or a function of the parameters that gives either."""


def passage(text: str, source: str = "s3://docs/leave.md", score: float = 0.9, **metadata: Any) -> dict[str, Any]:
    """One result of Retrieve."""
    location = {"type": "S3", "s3Location": {"uri": source}}
    return {"content": {"type": "TEXT", "text": text}, "location": location, "score": score, "metadata": metadata}


def reply(text: str = "30 days [1].", stop: str = "end_turn", **members: Any) -> dict[str, Any]:
    """A response of Converse."""
    message = {"role": "assistant", "content": [{"text": text}]}
    usage = {"inputTokens": 100, "outputTokens": 10, "totalTokens": 110}
    return {"output": {"message": message}, "stopReason": stop, "usage": usage, "metrics": {"latencyMs": 1}} | members


def stream(*pieces: str, stop: str = "end_turn", trace: Any = None) -> dict[str, Any]:
    """A response of ConverseStream."""
    deltas = [{"contentBlockDelta": {"delta": {"text": piece}, "contentBlockIndex": 0}} for piece in pieces]
    usage = {"inputTokens": 100, "outputTokens": 10, "totalTokens": 110}
    metadata = {"usage": usage, "metrics": {"latencyMs": 1}} | ({"trace": trace} if trace else {})
    ends = [{"contentBlockStop": {"contentBlockIndex": 0}}, {"messageStop": {"stopReason": stop}}, {"metadata": metadata}]
    return {"stream": iter([{"messageStart": {"role": "assistant"}}, *deltas, *ends])}


def assessment(policy: str, action: str = "BLOCKED", **finding: Any) -> dict[str, Any]:
    """What a guardrail tells of one policy."""
    return {policy: {"findings": [finding | {"action": action}]}}


def trace(*, before: Iterable[Any] = (), after: Iterable[Any] = ()) -> dict[str, Any]:
    """A trace with the assessments of what went in and what came out."""
    return {"guardrail": {"inputAssessment": {f"g{n}": one for n, one in enumerate(before)}, "outputAssessments": {"g": list(after)}}}


def blocked_input(text: str = "No.", policy: str = "topicPolicy") -> dict[str, Any]:
    """A response of Converse whose model was never asked."""
    usage = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}
    return reply(text, "guardrail_intervened", trace=trace(before=[assessment(policy)]), usage=usage)


def error(code: str, operation: str = "Converse", status: int = 400, message: str = "") -> ClientError:
    """An error as boto3 raises it."""
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


class Bedrock:
    """Stands in for Bedrock's operations and notes what they are called with."""

    def __init__(self) -> None:
        self.results: Scripted = [passage("Leave is 30 days."), passage("Notice is 2 weeks.", "s3://docs/notice.md", 0.5)]
        self.replies: list[Scripted] = [reply()]
        self.stopped: Callable[[str], bool] = lambda _: False
        self.applied: Scripted = None
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.waited: list[float] = []
        self.read_timeouts: list[float] = []

    def named(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def answer(self, operation: str, parameters: dict[str, Any]) -> Any:
        """The scripted answer."""
        self.calls.append((operation, parameters))
        if operation == "Retrieve":
            return self._given(
                {"retrievalResults": self._found(parameters)} if isinstance(self.results, list) else self.results, parameters
            )
        if operation == "ApplyGuardrail":
            return self._given(self._judge if self.applied is None else self.applied, parameters)
        return self._given(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0], parameters)

    def _found(self, parameters: dict[str, Any]) -> list[Any]:
        """The results, with the attribute that the filter asks for where they tell nothing of it."""
        asked = parameters["retrievalConfiguration"]["vectorSearchConfiguration"].get("filter", {}).get("equals")
        if asked is None:
            return self.results  # type: ignore[no-any-return]
        label = {asked["key"]: asked["value"]}
        return [one | {"metadata": label | one["metadata"]} if isinstance(one, dict) and "metadata" in one else one for one in self.results]

    def _given(self, scripted: Scripted, parameters: dict[str, Any]) -> Any:
        found = scripted(parameters) if callable(scripted) else scripted
        if isinstance(found, Exception):
            raise found
        return found

    def _judge(self, parameters: dict[str, Any]) -> dict[str, Any]:
        stopped = self.stopped(parameters["content"][0]["text"]["text"])
        if not stopped:
            return {"action": "NONE", "outputs": [], "assessments": [{}]}
        return {"action": "GUARDRAIL_INTERVENED", "outputs": [{"text": "Ask HR."}], "assessments": [assessment("contentPolicy")]}


def installed(patch: pytest.MonkeyPatch, **variables: str) -> Bedrock:
    """Sets the variables of a function and puts Bedrock's stand-in in its place; DynamoDB stays what it is."""
    bedrock = Bedrock()
    configure(patch, **variables)
    called = BaseClient._make_api_call

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            return called(client, operation, parameters)
        bedrock.read_timeouts.append(client.meta.config.read_timeout)
        report = ParamValidator().validate(parameters, client.meta.service_model.operation_model(operation).input_shape)
        if report.has_errors():
            raise ParamValidationError(report=report.generate_report())
        return bedrock.answer(operation, parameters)

    patch.setattr(BaseClient, "_make_api_call", call)
    patch.setattr(attempts, "time", SimpleNamespace(sleep=bedrock.waited.append))
    return bedrock


def configure(patch: pytest.MonkeyPatch, **variables: str) -> None:
    """Sets exactly these variables of a function beside the required ones."""
    for name in OPTIONAL:
        patch.delenv(name, raising=False)
    for name, value in (VARIABLES | variables).items():
        patch.setenv(name, value)
    settings.cache_clear()


@contextmanager
def tables() -> Iterator[Any]:
    """DynamoDB's client, with the tables that ``SESSIONS`` and ``CACHE`` name."""
    with mock_aws():
        client = boto3.client("dynamodb")
        for table in (SESSIONS["SESSIONS_TABLE"], CACHE["CACHE_TABLE"]):
            client.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            )
        yield client


def request(body: Any, *, claims: Any = None, identity: Any = None, **members: Any) -> dict[str, Any]:
    """An event of API Gateway's proxy integration."""
    context: dict[str, Any] = {"identity": identity or {"userArn": f"arn:aws:iam::{ACCOUNT}:user/ada"}}
    if claims is not None:
        context["authorizer"] = {"claims": claims}
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    event = {"httpMethod": "POST", "path": "/answers", "headers": {}, "queryStringParameters": None, "requestContext": context}
    return event | {"body": text, "isBase64Encoded": False} | members


def events(chunks: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """The events of a streamed body."""
    for block in b"".join(chunks).decode().split("\n\n"):
        if block:
            name, data = block.split("\n")
            yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
