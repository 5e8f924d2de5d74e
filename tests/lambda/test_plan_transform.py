import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from plan_transform.handler import handler
from tests.async_fakes import batch, counted, failed
from tests.transform_fakes import INPUTS, due, identity, manifest, put, uploaded

TABLE = "transforms"


@pytest.fixture
def machine(cloud: Any, setting: Callable[..., None]) -> str:
    arn: str = cloud.state_machine()
    setting(STATE_MACHINE_ARN=arn)
    return arn


def started(cloud: Any, machine: str) -> list[dict[str, Any]]:
    pages = cloud.stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=machine)
    arns = [found["executionArn"] for page in pages for found in page["executions"]]
    return [json.loads(cloud.stepfunctions.describe_execution(executionArn=arn)["input"]) for arn in arns]


def refused(cloud: Any, context: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Why a request was refused, as its row tells it."""
    assert failed(handler(batch(event), context)) == []
    reason: dict[str, Any] = cloud.item(TABLE, identity(event))["reason"]
    return reason


def test_a_manifest_starts_one_execution_with_what_was_checked(cloud: Any, context: Any, machine: str, printed: Any) -> None:
    put(cloud, "data/a.csv", b"1,2\n\n3,4\n5,6")
    put(cloud, "data/more/b.csv", b"7,8\r\n")
    event = manifest(cloud, "a.csv", "more/b.csv")
    assert handler(batch(event), context) == {"batchItemFailures": []}
    (plan,) = started(cloud, machine)
    name = f"{identity(event)}-1"
    assert cloud.executions(machine) == [name]
    assert (plan["objects"], plan["bytes"], plan["records"], plan["instances"]) == (2, 17, 4, 2)
    assert plan["output_uri"] == f"s3://results-bucket/answers/{name}/"
    assert re.fullmatch(rf"s3://{INPUTS}/plans/{name}-[0-9a-f]{{16}}\.manifest", plan["manifest_uri"])
    written = cloud.s3.get_object(Bucket=INPUTS, Key=plan["manifest_uri"].removeprefix(f"s3://{INPUTS}/"))["Body"].read()
    assert json.loads(written) == [{"prefix": f"s3://{INPUTS}/data/"}, "a.csv", "more/b.csv"]
    row = cloud.item(TABLE, identity(event))
    assert (row["status"], row["attempt"], row["request"]) == ("RUNNING", 1, f"{INPUTS}/requests/some.manifest")
    assert counted(printed())["TransformsStarted"] == 1


def test_an_event_that_comes_again_has_no_effect(cloud: Any, context: Any, machine: str, printed: Any) -> None:
    put(cloud, "data/a.csv")
    event = manifest(cloud, "a.csv")
    handler(batch(event), context)
    row = cloud.item(TABLE, identity(event))
    handler(batch(event), context)
    assert len(cloud.executions(machine)) == 1
    assert cloud.item(TABLE, identity(event)) == row
    assert counted(printed())["DuplicateEvents"] == 1


def test_an_execution_that_was_started_and_not_recorded_is_recorded(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/a.csv")
    event = manifest(cloud, "a.csv")
    handler(batch(event), context)
    cloud.dynamodb.delete_item(TableName=TABLE, Key={"transform": {"S": identity(event)}})
    handler(batch(event), context)
    assert len(cloud.executions(machine)) == 1
    assert cloud.item(TABLE, identity(event))["status"] == "RUNNING"


def test_another_attempt_has_an_execution_and_places_of_its_own(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/a.csv")
    event = manifest(cloud, "a.csv")
    handler(batch(event), context)
    handler(batch(event | {"attempt": 2}), context)
    assert cloud.executions(machine) == [f"{identity(event)}-1", f"{identity(event)}-2"]
    assert len({plan["output_uri"] for plan in started(cloud, machine)}) == 2
    assert cloud.item(TABLE, identity(event))["attempt"] == 2


def test_another_version_of_a_manifest_is_another_request(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/a.csv")
    handler(batch(manifest(cloud, "a.csv"), manifest(cloud, "a.csv")), context)
    assert len(cloud.executions(machine)) == 2


def test_the_version_that_the_event_tells_of_is_read(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/a.csv")
    event = manifest(cloud, "a.csv")
    manifest(cloud, "nothing.csv")
    handler(batch(event), context)
    assert len(cloud.executions(machine)) == 1


@pytest.mark.parametrize("prefix", ["data/2026/", f"s3://{INPUTS}/data/2026/"])
def test_a_request_file_names_a_prefix(cloud: Any, context: Any, machine: str, prefix: str) -> None:
    put(cloud, "data/2026/a.csv")
    put(cloud, "data/2026/_SUCCESS", b"")
    put(cloud, "data/2027/b.csv")
    event = uploaded(cloud, "requests/year.json", {"prefix": prefix})
    handler(batch(event), context)
    (plan,) = started(cloud, machine)
    assert (plan["objects"], plan["instances"]) == (1, 1)


def test_another_look_at_a_prefix_leaves_the_plan_of_the_first_one(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/2026/a.csv")
    event = uploaded(cloud, "requests/year.json", {"prefix": "data/2026/"})
    handler(batch(event), context)
    cloud.dynamodb.delete_item(TableName=TABLE, Key={"transform": {"S": identity(event)}})
    put(cloud, "data/2026/b.csv")
    handler(batch(event), context)
    (plan,) = started(cloud, machine)
    written = cloud.s3.get_object(Bucket=INPUTS, Key=plan["manifest_uri"].removeprefix(f"s3://{INPUTS}/"))["Body"].read()
    assert len(json.loads(written)) == 1 + plan["objects"] == 2


def test_a_scheduled_prefix_has_the_day_put_in_and_is_due_once(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/daily/2026-11-30/a.csv")
    handler(batch(due(), due()), context)
    (plan,) = started(cloud, machine)
    assert plan["request"] == f"{INPUTS}/data/daily/2026-11-30/"
    put(cloud, "data/daily/2026-12-01/a.csv")
    handler(batch(due(time="2026-12-01T04:00:00Z")), context)
    assert len(cloud.executions(machine)) == 2


def test_keys_that_need_quoting_are_taken_as_they_are(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/ü b+c%20.csv")
    handler(batch(manifest(cloud, "ü b+c%20.csv")), context)
    assert len(cloud.executions(machine)) == 1


def test_what_the_console_makes_of_a_folder_is_nothing(cloud: Any, context: Any, machine: str) -> None:
    handler(batch(uploaded(cloud, "requests/", b"")), context)
    assert cloud.executions(machine) == []
    assert cloud.messages(cloud.rejected) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'[{"prefix": ', "MALFORMED"),
        (b"\xff\xfe", "MALFORMED"),
        (b"[" * 100_000, "MALFORMED"),
        (b"", "FILE_SIZE"),
        (b"[" + b" " * 2 * 1024 * 1024, "FILE_SIZE"),
        ({"prefix": "data/"}, "MALFORMED"),
        ([], "MALFORMED"),
        (["a.csv"], "MALFORMED"),
        ([{"prefix": f"s3://{INPUTS}/data/", "other": 1}, "a.csv"], "MALFORMED"),
        ([{"prefix": 1}, "a.csv"], "MALFORMED"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, {"key": "a.csv"}], "MALFORMED"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, ""], "MALFORMED"),
        ([{"prefix": f"s3://{INPUTS}/data/"}], "EMPTY"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, "a.csv", "a.csv"], "REPEATED"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, "1", "2", "3", "4"], "TOO_MANY_OBJECTS"),
        ([{"prefix": "s3://other-bucket/data/"}, "a.csv"], "OUT_OF_SCOPE"),
        ([{"prefix": f"s3://{INPUTS}/requests/"}, "a.csv"], "OUT_OF_SCOPE"),
        ([{"prefix": f"s3://{INPUTS}"}, "-other/data/a.csv"], "OUT_OF_SCOPE"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, "nothing.csv"], "MISSING"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, "empty.csv"], "EMPTY_OBJECT"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, "blank.csv"], "EMPTY"),
        ([{"prefix": f"s3://{INPUTS}/data/"}, "wide.csv"], "RECORD_TOO_LARGE"),
    ],
)
def test_manifests_that_nobody_should_pay_for_are_refused(cloud: Any, context: Any, machine: str, content: Any, code: str) -> None:
    put(cloud, "data/empty.csv", b"")
    put(cloud, "data/blank.csv", b"\n \r\n\n")
    put(cloud, "data/wide.csv", b"1\n" + b"2" * 101)
    event = uploaded(cloud, "requests/some.manifest", content)
    assert refused(cloud, context, event)["code"] == code
    assert cloud.executions(machine) == []


@pytest.mark.parametrize(
    ("key", "content", "code"),
    [
        ("requests/some.csv", b"1,2", "UNSUPPORTED_TYPE"),
        ("requests/some.json", ["data/"], "MALFORMED"),
        ("requests/some.json", {"prefix": "data/", "more": 1}, "MALFORMED"),
        ("requests/some.json", {"prefix": "requests/"}, "OUT_OF_SCOPE"),
        ("requests/some.json", {"prefix": "s3://other/data/"}, "OUT_OF_SCOPE"),
        ("requests/some.json", {"prefix": "data/nothing/"}, "EMPTY"),
        ("requests/some.json", {"prefix": "data/"}, "TOO_MANY_OBJECTS"),
    ],
)
def test_request_files_that_nobody_should_pay_for_are_refused(
    cloud: Any, context: Any, machine: str, key: str, content: Any, code: str
) -> None:
    for number in range(4):
        put(cloud, f"data/{number}.csv")
    event = uploaded(cloud, key, content)
    assert refused(cloud, context, event)["code"] == code
    assert cloud.executions(machine) == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"MAX_BYTES": "15"}, "TOO_LARGE"),
        ({"MAX_RECORDS": "3"}, "TOO_MANY_RECORDS"),
        ({"PAYLOAD_BYTES": "2"}, "RECORD_TOO_LARGE"),
        ({"PAYLOAD_BYTES": "7", "SPLIT_RECORDS": "0", "COUNT_RECORDS": "0"}, "RECORD_TOO_LARGE"),
    ],
)
def test_data_beyond_its_limits_is_refused(
    cloud: Any, context: Any, machine: str, setting: Callable[..., None], limits: dict[str, str], code: str
) -> None:
    setting(**limits)
    put(cloud, "data/a.csv")
    put(cloud, "data/b.csv")
    assert refused(cloud, context, manifest(cloud, "a.csv", "b.csv"))["code"] == code
    assert cloud.executions(machine) == []


@pytest.mark.parametrize("limits", [{"MAX_BYTES": "16"}, {"MAX_RECORDS": "4"}, {"PAYLOAD_BYTES": "3"}, {"PAYLOAD_BYTES": "0"}])
def test_data_within_its_limits_is_taken(
    cloud: Any, context: Any, machine: str, setting: Callable[..., None], limits: dict[str, str]
) -> None:
    setting(**limits)
    put(cloud, "data/a.csv")
    put(cloud, "data/b.csv")
    handler(batch(manifest(cloud, "a.csv", "b.csv")), context)
    assert len(cloud.executions(machine)) == 1


def test_records_are_not_counted_where_they_are_no_lines(cloud: Any, context: Any, machine: str, setting: Callable[..., None]) -> None:
    setting(COUNT_RECORDS="0")
    put(cloud, "data/a.csv", b"x" * 500)
    event = manifest(cloud, "a.csv")
    handler(batch(event), context)
    (plan,) = started(cloud, machine)
    assert plan["records"] is None
    assert "records" not in cloud.item(TABLE, identity(event))


def test_a_refused_request_is_told_of_once_with_its_reason(cloud: Any, context: Any, machine: str, printed: Any) -> None:
    event = manifest(cloud, "nothing.csv")
    handler(batch(event), context)
    handler(batch(event), context)
    (message,) = cloud.messages(cloud.rejected)
    assert (message["attempt"], message["rejection"]["code"], message["detail"]) == (2, "MISSING", event["detail"])
    row = cloud.item(TABLE, identity(event))
    assert (row["status"], row["notified"]) == ("REFUSED", f"{identity(event)}-1")
    assert counted(printed())["RequestsRefused"] == 1


def test_a_refusal_that_was_recorded_and_not_told_is_told(cloud: Any, context: Any, machine: str) -> None:
    event = manifest(cloud, "nothing.csv")
    handler(batch(event), context)
    key = {"transform": {"S": identity(event)}}
    cloud.dynamodb.update_item(TableName=TABLE, Key=key, UpdateExpression="REMOVE notified")
    handler(batch(event), context)
    assert len(cloud.messages(cloud.rejected)) == 2


def test_a_refused_request_may_be_sent_again_when_it_is_mended(cloud: Any, context: Any, machine: str) -> None:
    event = manifest(cloud, "a.csv")
    handler(batch(event), context)
    (message,) = cloud.messages(cloud.rejected)
    put(cloud, "data/a.csv")
    handler(batch(message), context)
    assert cloud.executions(machine) == [f"{identity(event)}-2"]
    row = cloud.item(TABLE, identity(event))
    assert (row["status"], row["attempt"], "reason" in row) == ("RUNNING", 2, False)


def test_a_late_event_of_an_earlier_attempt_has_no_effect(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/a.csv")
    event = manifest(cloud, "a.csv")
    handler(batch(event | {"attempt": 2}), context)
    handler(batch(event), context)
    assert cloud.executions(machine) == [f"{identity(event)}-2"]


def test_a_failing_message_is_handed_back_alone(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/a.csv")
    assert failed(handler(batch("no event", manifest(cloud, "a.csv")), context)) == ["message-0"]
    assert len(cloud.executions(machine)) == 1


@pytest.mark.parametrize("attempt", [0, 1_000_000, "1", True])
def test_attempts_that_no_name_has_room_for_are_handed_back(cloud: Any, context: Any, machine: str, attempt: Any) -> None:
    put(cloud, "data/a.csv")
    event = manifest(cloud, "a.csv")
    assert len(failed(handler(batch(event | {"attempt": attempt}, due(attempt=attempt)), context))) == 2


@pytest.mark.parametrize("detail", [{}, {"prefix": "data/"}, {"prefix": "data/", "time": "soon"}, {"prefix": "data/", "time": 4}, None])
def test_odd_messages_of_schedules_are_handed_back(cloud: Any, context: Any, machine: str, detail: Any) -> None:
    assert failed(handler(batch(due() | {"detail": detail}), context)) == ["message-0"]


def test_messages_are_handed_back_when_time_is_short(cloud: Any, context: Any, machine: str) -> None:
    put(cloud, "data/a.csv")
    context.remaining_ms = 1_000
    assert failed(handler(batch(manifest(cloud, "a.csv")), context)) == ["message-0"]
    assert cloud.executions(machine) == []


def test_an_object_that_changes_while_it_is_read_is_refused(
    cloud: Any, context: Any, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plan_transform import manifests

    put(cloud, "data/a.csv")
    known = manifests._object
    monkeypatch.setattr(manifests, "_object", lambda *given: manifests.Found(known(*given).key, 8, '"other"'))
    assert refused(cloud, context, manifest(cloud, "a.csv"))["code"] == "CHANGED"


def test_lines_are_found_across_chunks_and_long_ones_early() -> None:
    from plan_transform.records import _lengths

    assert list(_lengths([b"12", b"34\n5", b"6\n", b"7"], 0)) == [4, 2, 1]
    read = iter([b"123", b"456", b"never read"])
    assert next(length for length in _lengths(read, 5) if length > 5) == 6
    assert list(read) == [b"never read"]
