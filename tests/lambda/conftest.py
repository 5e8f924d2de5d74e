"""The AWS of the handler tests: moto, with stubs for the services of which moto has no more than constants."""

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from hypothesis import settings
from moto import mock_aws
from moto.backends import get_backend

from documents import clients, runtime, tables
from documents.environment import environment
from documents.naming import Document
from tests.async_fakes import Endpoint, an_endpoint

REGION = "us-east-1"
ACCOUNT = "123456789012"
DOCUMENTS, RESULTS = "documents-bucket", "results-bucket"
INDEX, JOBS, REVIEWS, CACHE, SYNC = "index", "jobs", "reviews", "cache", "sync"
INFERENCES, TRANSFORMS, RUNS = "inferences", "transforms", "runs"
KEYS = {INDEX: "document", JOBS: "pk", REVIEWS: "id", CACHE: "pk", SYNC: "pk", INFERENCES: "inference", TRANSFORMS: "transform", RUNS: "pk"}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:notices"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/notices"
QUEUES = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}"
VARIABLES = {
    "DOCUMENTS_BUCKET": DOCUMENTS,
    "RESULTS_BUCKET": RESULTS,
    "INDEX_TABLE": INDEX,
    "JOBS_TABLE": JOBS,
    "REVIEWS_TABLE": REVIEWS,
    "CACHE_TABLE": CACHE,
    "STATE_MACHINE_ARN": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:analysis",
    "REJECTED_QUEUE_URL": f"{QUEUES}/rejected",
    "REVIEW_QUEUE_URL": f"{QUEUES}/reviews",
    "NOTIFICATION_TOPIC_ARN": TOPIC,
    "NOTIFICATION_ROLE_ARN": ROLE,
    "FEATURES": '["text", "forms", "tables"]',
    "QUERIES": '[{"text": "What is the total?", "alias": "total", "pages": ["1-*"]}]',
    "MAX_PAGES": "3000",
    "MAX_BYTES": "524288000",
    "REVIEW_CONFIDENCE": "80",
    "CONFIGURATION_ID": "configuration",
    "TEXT_FEATURES": '["entities", "key_phrases", "pii"]',
    "LANGUAGE": "auto",
    "RETENTION_DAYS": "0",
    "REVIEW_TIMEOUT_OUTCOME": "reject",
    "SYNC_TABLE": SYNC,
    "CHANGES_QUEUE_URL": f"{QUEUES}/changes",
    "FAILED_QUEUE_URL": f"{QUEUES}/failed",
    "KNOWLEDGE_BASE_ID": "KNOWLEDGE1",
    "ENDPOINT_NAME": "endpoint",
    "INFERENCES_TABLE": INFERENCES,
    "MIME_TYPES": '[[".csv", "text/csv"], [".json", "application/json"]]',
    "REQUEST_TTL_SECONDS": "3600",
    "INVOCATION_TIMEOUT_SECONDS": "900",
    "LEASE_SECONDS": "300",
    "ANSWER_SECONDS": "5400",
    "INPUTS_BUCKET": DOCUMENTS,
    "TRANSFORMS_TABLE": TRANSFORMS,
    "RUNS_TABLE": RUNS,
    "SUCCESS_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:success",
    "ERROR_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:error",
    "DATA_PREFIX": "data/",
    "MAX_OBJECTS": "3",
    "MAX_RECORDS": "0",
    "PAYLOAD_BYTES": "100",
    "COUNT_RECORDS": "1",
    "SPLIT_RECORDS": "1",
    "MAX_INSTANCES": "2",
    "JOB_PREFIX": "jobs",
    "JOB_SECONDS": "3600",
    "TRIES": "2",
    "FILE_TYPES": '[".md", ".pdf", ".txt"]',
}
DEFINITION = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})

settings.register_profile("handlers", max_examples=25, deadline=None, database=None)
settings.load_profile("handlers")


class Context:
    """A Lambda context with a settable rest of time."""

    function_name = "function"
    function_version = "1"
    memory_limit_in_mb = 128
    invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function"
    aws_request_id = "request"

    def __init__(self) -> None:
        self.remaining_ms = 900_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


class Cloud:
    """What the blueprint deploys, and short ways to look into it."""

    def __init__(self) -> None:
        self.s3, self.dynamodb, self.sqs = clients.client("s3"), clients.client("dynamodb"), clients.client("sqs")
        self.stepfunctions = clients.client("stepfunctions")
        for bucket in (DOCUMENTS, RESULTS):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_bucket_versioning(Bucket=DOCUMENTS, VersioningConfiguration={"Status": "Enabled"})
        for table, key in KEYS.items():
            self._create_table(table, key)
        self.rejected, self.review_queue, self.changes, self.failed = (
            self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("rejected", "reviews", "changes", "failed")
        )
        self._numbers = itertools.count(1)

    def _create_table(self, table: str, key: str) -> None:
        moment = "updated_at" if table in (INDEX, INFERENCES) else "created_at"
        names = [key, "status", moment]
        self.dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-status",
                    "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}, {"AttributeName": moment, "KeyType": "RANGE"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )

    def clear(self) -> None:
        """Empties everything; far quicker than making it anew."""
        for table in get_backend("dynamodb")[ACCOUNT][REGION].tables.values():
            table.items.clear()
        for bucket in get_backend("s3")[ACCOUNT]["aws"].buckets.values():
            bucket.keys.clear()
        for queue in get_backend("sqs")[ACCOUNT][REGION].queues.values():
            queue.last_purged_at = None
            get_backend("sqs")[ACCOUNT][REGION].purge_queue(queue.name)

    def state_machine(self) -> str:
        name = f"analysis-{next(self._numbers)}"
        arn: str = self.stepfunctions.create_state_machine(name=name, definition=DEFINITION, roleArn=ROLE)["stateMachineArn"]
        return arn

    def executions(self, arn: str) -> list[str]:
        pages = self.stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=arn)
        return sorted(execution["name"] for page in pages for execution in page["executions"])

    def upload(self, key: str, body: bytes) -> Document:
        answer = self.s3.put_object(Bucket=DOCUMENTS, Key=key, Body=body)
        return Document.identify(
            bucket=DOCUMENTS,
            key=key,
            version_id=answer["VersionId"],
            etag=answer["ETag"].strip('"'),
            sequencer=f"{next(self._numbers):018X}",
            size=len(body),
        )

    def write(self, key: str, value: Any) -> dict[str, str]:
        self.s3.put_object(Bucket=RESULTS, Key=key, Body=value if isinstance(value, bytes) else json.dumps(value).encode())
        return {"bucket": RESULTS, "key": key}

    def read(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=RESULTS, Key=key)["Body"].read()
        return body

    def result_keys(self) -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=RESULTS).get("Contents", ())]

    def item(self, table: str, key: str) -> dict[str, Any]:
        return tables.get(table, {KEYS[table]: key})

    def messages(self, queue_url: str) -> list[dict[str, Any]]:
        found = self.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", ())
        return [json.loads(message["Body"]) for message in found]


class Comprehend:
    """Finds what it is told to find, and refuses what Comprehend would refuse."""

    def __init__(self) -> None:
        self.language = "en"
        self.entities: dict[str, str] = {}
        self.phrases: list[str] = []
        self.pii: dict[str, str] = {}
        self.calls: list[tuple[str, str]] = []

    def answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        body = json.loads(params["body"])
        text = body["Text"]
        assert text.strip()
        assert len(text.encode()) <= 100_000
        self.calls.append((model.name, text))
        return _Ok(), getattr(self, f"_{model.name}")(text) | {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def _DetectDominantLanguage(self, text: str) -> dict[str, Any]:  # noqa: N802 - the operation's name
        return {"Languages": [{"LanguageCode": "xx", "Score": 0.1}, {"LanguageCode": self.language, "Score": 0.9}]}

    def _DetectEntities(self, text: str) -> dict[str, Any]:  # noqa: N802
        return {"Entities": list(_occurrences(text, self.entities))}

    def _DetectKeyPhrases(self, text: str) -> dict[str, Any]:  # noqa: N802
        return {"KeyPhrases": list(_occurrences(text, dict.fromkeys(self.phrases, "")))}

    def _DetectPiiEntities(self, text: str) -> dict[str, Any]:  # noqa: N802
        return {"Entities": [{k: v for k, v in found.items() if k != "Text"} for found in _occurrences(text, self.pii)]}


class _Ok:
    status_code = 200


def _occurrences(text: str, wanted: dict[str, str]) -> Iterator[dict[str, Any]]:
    for word, kind in wanted.items():
        start = text.find(word)
        while start >= 0:
            yield {"Text": word, "Type": kind, "Score": 0.99, "BeginOffset": start, "EndOffset": start + len(word)}
            start = text.find(word, start + 1)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Every Metrics of a process has the same counts: those that another test left behind are nobody's."""
    runtime.metrics.clear_metrics()


@pytest.fixture(scope="session", autouse=True)
def _impatient_clients() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "ATTEMPTS", 1)
        patch.setattr(clients, "PACED", ())
        clients.client.cache_clear()
        yield
    clients.client.cache_clear()


@pytest.fixture
def context() -> Context:
    return Context()


class _CurrentOutput:
    """Standard output as it is now; the one that the logger was made with, pytest has closed since."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture(scope="session", autouse=True)
def _open_output() -> None:
    runtime.logger.registered_handler.stream = _CurrentOutput()  # type: ignore[attr-defined]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What handlers have written since the last look: log lines and metrics."""
    return lambda: "".join(capsys.readouterr())


@pytest.fixture(scope="module")
def _deployed() -> Iterator[Cloud]:
    with mock_aws():
        yield Cloud()


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of all functions."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.fixture
def cloud(_deployed: Cloud, variables: None) -> Iterator[Cloud]:
    yield _deployed
    _deployed.clear()


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, variables: None) -> Callable[..., None]:
    """Sets environment variables for the handlers of one test."""

    def change(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        environment.cache_clear()

    return change


@pytest.fixture
def stub() -> Iterator[Callable[[str], Stubber]]:
    """Gives a service's client scripted answers; those left over at the end fail the test."""
    with _stubs() as opened:
        yield opened


class _stubs:  # noqa: N801 - used like a function
    def __enter__(self) -> Callable[[str], Stubber]:
        self._opened: dict[str, Stubber] = {}
        return self._open

    def _open(self, service: str) -> Stubber:
        if service not in self._opened:
            self._opened[service] = Stubber(clients.client(service))
            self._opened[service].activate()
        return self._opened[service]

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        for stubber in self._opened.values():
            stubber.deactivate()
            if kind is None:
                stubber.assert_no_pending_responses()


@pytest.fixture
def comprehend(cloud: Cloud) -> Iterator[Comprehend]:
    fake = Comprehend()
    events = clients.client("comprehend").meta.events
    events.register("before-call.comprehend", fake.answer)
    yield fake
    events.unregister("before-call.comprehend", fake.answer)


@pytest.fixture
def endpoint(cloud: Cloud) -> Iterator[Endpoint]:
    """An asynchronous endpoint of SageMaker."""
    with an_endpoint() as fake:
        yield fake
