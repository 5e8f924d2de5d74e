import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from documents.clients import client
from request_sync import labels, logic
from request_sync.handler import CALLS, handler
from syncing import runs

BUCKET = "documents-bucket"
ETAG = "0123456789abcdef0123456789abcdef"
LABEL = {"metadataAttributes": {"tenant": "acme"}}


def created(key: str, *, size: int = 10, etag: str = ETAG) -> dict[str, Any]:
    item = {"key": key, "size": size, "etag": etag, "version-id": "v1", "sequencer": "0A"}
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": BUCKET}, "object": item}}


def deleted(key: str) -> dict[str, Any]:
    item = {"key": key, "version-id": "v2", "sequencer": "0B"}
    detail = {"bucket": {"name": BUCKET}, "object": item, "deletion-type": "Delete Marker Created"}
    return {"source": "aws.s3", "detail-type": "Object Deleted", "detail": detail}


def batch(*bodies: Any) -> dict[str, Any]:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{"messageId": str(number), "body": text, "eventSource": "aws:sqs"} for number, text in enumerate(texts)]}


@pytest.fixture
def machine(cloud: Any, setting: Callable[..., None]) -> str:
    arn: str = cloud.state_machine()
    setting(STATE_MACHINE_ARN=arn)
    return arn


@pytest.fixture
def take(machine: str, context: Any) -> Callable[..., list[str]]:
    """Hands the function a batch; returns the numbers of the messages that failed."""

    def invoke(*bodies: Any) -> list[str]:
        return [failure["itemIdentifier"] for failure in handler(batch(*bodies), context)["batchItemFailures"]]

    return invoke


def wanted(cloud: Any) -> int:
    return int(cloud.item("sync", "sync").get("wanted", 0))


@pytest.mark.parametrize(
    "body",
    [
        created("report.pdf"),
        deleted("report.pdf"),
        created("ü b+c%20d.pdf"),
        created("report.pdf.metadata.json"),
        deleted("report.pdf.metadata.json"),
        {"source": "blueprint.schedule"},
        {"source": "blueprint.again"},
        {"source": "blueprint.left"},
    ],
    ids=lambda body: str(body.get("detail-type", body["source"])),
)
def test_every_change_and_every_request_starts_a_run(cloud: Any, machine: str, take: Callable[..., list[str]], body: Any) -> None:
    assert take(body) == []
    assert len(cloud.executions(machine)) == 1
    assert wanted(cloud) == 1
    assert cloud.messages(cloud.failed) == []


@pytest.mark.parametrize(
    ("bodies", "requests"),
    [
        ([created("a.pdf"), deleted("b.pdf")], 0),
        ([{"source": "blueprint.left"}], 0),
        ([{"source": "blueprint.again"}], 1),
        ([created("a.pdf"), {"source": "blueprint.schedule"}, {"source": "blueprint.left"}], 1),
    ],
)
def test_only_the_schedule_and_those_who_ask_want_all_data_sources(
    cloud: Any, take: Callable[..., list[str]], bodies: list[Any], requests: int
) -> None:
    take(*bodies)
    assert cloud.item("sync", "sync")["wanted_all"] == requests


def test_the_changes_of_a_batch_start_one_run(cloud: Any, machine: str, take: Callable[..., list[str]]) -> None:
    assert take(created("a.pdf"), created("b.pdf"), deleted("c.pdf")) == []
    assert len(cloud.executions(machine)) == 1


def test_while_a_run_is_under_way_changes_are_only_counted(cloud: Any, machine: str, take: Callable[..., list[str]]) -> None:
    held = {"pk": {"S": "sync"}, "holder": {"S": "run"}, "held_until": {"N": "99999999999"}, "wanted": {"N": "4"}}
    cloud.dynamodb.put_item(TableName="sync", Item=held)
    assert take(created("a.pdf")) == []
    assert cloud.executions(machine) == []
    assert wanted(cloud) == 5


def test_a_run_that_must_be_over_keeps_nobody_back(cloud: Any, machine: str, take: Callable[..., list[str]]) -> None:
    cloud.dynamodb.put_item(TableName="sync", Item={"pk": {"S": "sync"}, "holder": {"S": "run"}, "held_until": {"N": "1000"}})
    take(created("a.pdf"))
    assert len(cloud.executions(machine)) == 1


def test_folders_of_the_console_are_no_documents(cloud: Any, machine: str, take: Callable[..., list[str]]) -> None:
    assert take(created("reports/", size=0), deleted("reports/")) == []
    assert cloud.executions(machine) == []
    assert wanted(cloud) == 0


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        "{}",
        {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": BUCKET}, "object": {}}},
        created("a.pdf") | {"detail-type": "Object Restored"},
        created("a.pdf") | {"source": "aws.other"},
        created(""),
        created("a.pdf", size="10"),  # type: ignore[arg-type]
        {**created("a.pdf"), "detail": {**created("a.pdf")["detail"], "bucket": {"name": "other"}}},
    ],
)
def test_what_is_no_change_of_this_bucket_fails_alone(cloud: Any, machine: str, take: Callable[..., list[str]], body: Any) -> None:
    assert take(body, created("a.pdf")) == ["0"]
    assert len(cloud.executions(machine)) == 1


def test_when_no_run_can_be_started_all_messages_come_again(
    cloud: Any, machine: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")

    monkeypatch.setattr("request_sync.handler.start_run", refuse)
    with pytest.raises(Exception, match="ThrottlingException"):
        handler(batch(created("a.pdf")), context)


def test_with_little_time_left_messages_are_handed_back_untouched(
    cloud: Any, machine: str, context: Any, take: Callable[..., list[str]]
) -> None:
    context.remaining_ms = 30_000
    assert take(created("a.pdf")) == ["0"]
    assert cloud.executions(machine) == []


def test_no_message_takes_more_calls_than_there_is_time_for(
    cloud: Any, machine: str, context: Any, setting: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(TENANT_ATTRIBUTE="tenant")
    cloud.s3.put_object(Bucket=BUCKET, Key="tenants/acme/large.pdf", Body=b"x")
    calls: list[str] = []
    monkeypatch.setattr("request_sync.handler.start_run", lambda *_, **__: None)
    made = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(client: Any, operation: str, parameters: Any) -> Any:
        calls.append(operation)
        return made(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    handler(batch(created("tenants/acme/large.pdf", size=logic.MAX_BYTES + 1)), context)
    assert calls == ["GetItem", "SendMessage", "UpdateItem", "GetObject", "ListObjectsV2", "PutObject"]
    assert len(calls) == CALLS


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (created("large.pdf", size=50 * 1024 * 1024 + 1), "TOO_LARGE"),
        (created("film.mov"), "UNSUPPORTED_TYPE"),
        (created("no-ending"), "UNSUPPORTED_TYPE"),
    ],
)
def test_what_bedrock_will_not_read_is_told_at_once_and_keeps_nothing_back(
    cloud: Any, machine: str, take: Callable[..., list[str]], event: Any, status: str
) -> None:
    assert take(event, created("a.PDF")) == []
    (message,) = cloud.messages(cloud.failed)
    key = event["detail"]["object"]["key"]
    assert (message["kind"], message["status"], message["key"], message["uri"]) == ("document", status, key, f"s3://{BUCKET}/{key}")
    assert (message["data_source"], message["job"]) == (None, None)
    assert len(cloud.executions(machine)) == 1


def test_the_largest_file_is_not_too_large(cloud: Any, take: Callable[..., list[str]]) -> None:
    take(created("large.pdf", size=50 * 1024 * 1024))
    assert cloud.messages(cloud.failed) == []


def test_a_problem_is_told_once_for_each_version(cloud: Any, take: Callable[..., list[str]]) -> None:
    for etag in (ETAG, ETAG, f'"{ETAG}"', "another"):
        take(created("film.mov", etag=etag))
    assert len(cloud.messages(cloud.failed)) == 2


def test_a_deletion_is_no_problem(cloud: Any, take: Callable[..., list[str]]) -> None:
    take(deleted("film.mov"))
    assert cloud.messages(cloud.failed) == []


@pytest.fixture
def tenants(machine: str, setting: Callable[..., None]) -> None:
    setting(STATE_MACHINE_ARN=machine, TENANT_ATTRIBUTE="tenant")


def upload(cloud: Any, key: str, body: bytes = b"text") -> None:
    cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def label(cloud: Any, key: str) -> Any:
    try:
        return json.loads(cloud.s3.get_object(Bucket=BUCKET, Key=f"{key}.metadata.json")["Body"].read())
    except cloud.s3.exceptions.NoSuchKey:
        return None


@pytest.mark.usefixtures("tenants")
class TestTenants:
    KEY = "tenants/acme/reports/ü b+c.pdf"

    def test_a_document_is_labelled_with_its_tenant(self, cloud: Any, machine: str, take: Callable[..., list[str]]) -> None:
        upload(cloud, self.KEY)
        assert take(created(self.KEY)) == []
        assert label(cloud, self.KEY) == LABEL
        assert len(cloud.executions(machine)) == 1

    def test_the_label_of_a_document_needs_no_run_of_its_own(self, cloud: Any, machine: str, take: Callable[..., list[str]]) -> None:
        upload(cloud, self.KEY)
        take(created(self.KEY))
        assert take(created(f"{self.KEY}.metadata.json"), created(f"{self.KEY}.metadata.json")) == []
        assert wanted(cloud) == 1

    def test_a_label_that_is_right_is_not_written_again(self, cloud: Any, take: Callable[..., list[str]]) -> None:
        upload(cloud, self.KEY)
        take(created(self.KEY), created(self.KEY))
        versions = cloud.s3.list_object_versions(Bucket=BUCKET, Prefix=f"{self.KEY}.metadata.json")["Versions"]
        assert len(versions) == 1

    @pytest.mark.parametrize("found", [b'{"metadataAttributes": {"tenant": "other"}}', b"no json", b"[]", None])
    def test_a_label_that_is_wrong_is_mended_and_then_told(
        self, cloud: Any, machine: str, take: Callable[..., list[str]], found: bytes | None
    ) -> None:
        upload(cloud, self.KEY)
        event = deleted(f"{self.KEY}.metadata.json")
        if found is not None:
            upload(cloud, f"{self.KEY}.metadata.json", found)
            event = created(f"{self.KEY}.metadata.json")
        take(event)
        assert label(cloud, self.KEY) == LABEL
        assert wanted(cloud) == 0
        take(created(f"{self.KEY}.metadata.json"))
        assert (wanted(cloud), len(cloud.executions(machine))) == (1, 1)

    def test_a_right_label_that_somebody_else_wrote_is_told(self, cloud: Any, take: Callable[..., list[str]]) -> None:
        upload(cloud, self.KEY)
        upload(cloud, f"{self.KEY}.metadata.json", json.dumps(LABEL).encode())
        take(created(f"{self.KEY}.metadata.json"))
        assert wanted(cloud) == 1

    def test_the_label_goes_with_its_document(self, cloud: Any, take: Callable[..., list[str]]) -> None:
        upload(cloud, self.KEY)
        take(created(self.KEY))
        cloud.s3.delete_object(Bucket=BUCKET, Key=self.KEY)
        take(deleted(self.KEY))
        assert label(cloud, self.KEY) is None
        assert wanted(cloud) == 2
        take(deleted(f"{self.KEY}.metadata.json"))
        assert wanted(cloud) == 2

    def test_a_late_event_of_a_deletion_leaves_the_label_of_a_new_document(self, cloud: Any, take: Callable[..., list[str]]) -> None:
        upload(cloud, self.KEY)
        take(created(self.KEY), deleted(self.KEY))
        assert label(cloud, self.KEY) == LABEL

    def test_a_document_is_not_taken_for_one_whose_key_goes_on(self, cloud: Any, take: Callable[..., list[str]]) -> None:
        upload(cloud, f"{self.KEY}.txt")
        take(created(self.KEY))
        assert label(cloud, self.KEY) is None

    @pytest.mark.parametrize("key", ["report.pdf", "tenants/report.pdf", "tenants//report.pdf", "Tenants/acme/report.pdf"])
    def test_a_document_of_nobody_is_told_and_not_labelled(self, cloud: Any, take: Callable[..., list[str]], key: str) -> None:
        upload(cloud, key)
        take(created(key), created(f"{key}.metadata.json"))
        (message,) = cloud.messages(cloud.failed)
        assert (message["status"], message["key"]) == ("OUTSIDE_TENANTS", key)
        assert label(cloud, key) is None

    def test_a_key_without_room_for_that_of_its_label_is_told(self, cloud: Any, take: Callable[..., list[str]]) -> None:
        key = f"tenants/acme/{'x' * 994}.pdf"
        upload(cloud, key)
        assert take(created(key)) == []
        assert [message["status"] for message in cloud.messages(cloud.failed)] == ["KEY_TOO_LONG"]
        assert label(cloud, key[:1000]) is None

    def test_a_refusal_of_s3_fails_the_message(self, cloud: Any, take: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(**_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")

        monkeypatch.setattr(client("s3"), "get_object", refuse)
        assert take(created(self.KEY)) == ["0"]


@pytest.mark.parametrize(
    ("key", "tenant"),
    [
        ("tenants/a/b", "a"),
        ("tenants/a/b/c", "a"),
        ("tenants/ü x/b", "ü x"),
        ("tenants/a/", None),
        ("tenants/a", None),
        ("a/tenants/b", None),
    ],
)
def test_a_tenant_is_a_folder_below_tenants(key: str, tenant: str | None) -> None:
    assert labels.tenant_of(key) == tenant


def test_a_run_is_asked_for_before_it_is_started(cloud: Any, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that is counted is found by whoever runs, even if this function ends before it starts anybody."""
    order: list[str] = []
    count_change = runs.ask
    monkeypatch.setattr(runs, "ask", lambda table, **kind: order.append("counted") or count_change(table, **kind))  # type: ignore[func-returns-value]
    monkeypatch.setattr(client("stepfunctions"), "start_execution", lambda **_: order.append("started"))
    logic.start_run("sync", machine, everything=False)
    assert order == ["counted", "started"]
