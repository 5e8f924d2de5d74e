import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from documents.environment import environment
from documents.errors import MalformedEvent
from documents.intake import parse
from start_analysis.handler import handler
from start_analysis.logic import start

WITH_CLOUD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
ODD_KEYS = ["a b.pdf", "a+b.pdf", "a%20b.pdf", "../../etc/passwd", "ünï/çödé 漢字.pdf", "x" * 1024, "ü" * 512, "a//b", " ", "a\nb", "%"]
keys = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(lambda key: not key.endswith("/"))


def an_event(key: str = "scan.pdf", *, version: str | None = "v1", **changes: Any) -> dict[str, Any]:
    item = {"key": key, "size": 10, "etag": "e", "sequencer": "0A1B"} | ({"version-id": version} if version else {})
    return {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "documents-bucket"}, "object": item},
    } | changes


def a_listed(key: str = "scan.pdf") -> dict[str, Any]:
    detail = {"bucket": {"name": "documents-bucket"}, "object": {"key": key, "size": 10, "etag": "e"}}
    return {"source": "blueprint.bulk", "detail-type": "Object Listed", "detail": detail}


def batch(*events: Any) -> dict[str, Any]:
    bodies = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return {"Records": [{"messageId": f"message-{n}", "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]}


def failed(response: Any) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


@pytest.fixture
def machine(cloud: Any, setting: Callable[..., None]) -> str:
    arn: str = cloud.state_machine()
    setting(STATE_MACHINE_ARN=arn)
    return arn


@pytest.fixture
def machines(cloud: Any, setting: Callable[..., None]) -> Callable[[], str]:
    """A new state machine for every example of a property."""

    def make() -> str:
        arn: str = cloud.state_machine()
        setting(STATE_MACHINE_ARN=arn)
        return arn

    return make


def test_an_uploaded_document_starts_one_execution_that_carries_it(cloud: Any, machine: str, context: Any) -> None:
    assert handler(batch(an_event()), context) == {"batchItemFailures": []}
    (name,) = cloud.executions(machine)
    arn = machine.replace(":stateMachine:", ":execution:") + f":{name}"
    given = json.loads(cloud.stepfunctions.describe_execution(executionArn=arn)["input"])
    assert given["event"] == an_event()
    assert given["attempt"] == 1
    assert given["document"] == {
        "id": name.rsplit("-", 1)[0],
        "bucket": "documents-bucket",
        "key": "scan.pdf",
        "version_id": "v1",
        "etag": "e",
        "sequencer": "0A1B",
        "size": 10,
    }


def test_starts_and_repeated_events_are_counted(
    stub: Callable[[str], Stubber], machine: str, context: Any, printed: Callable[[], str]
) -> None:
    stub("stepfunctions").add_response("start_execution", {"executionArn": "arn", "startDate": 0})
    stub("stepfunctions").add_client_error("start_execution", "ExecutionAlreadyExists")
    handler(batch(an_event(), an_event()), context)
    (metrics,) = (json.loads(line) for line in printed().splitlines() if "CloudWatchMetrics" in line)
    assert metrics["DocumentsStarted"] == [1.0]
    assert metrics["DuplicateEvents"] == [1.0]


def test_an_item_of_a_bulk_run_starts_an_execution(cloud: Any, machine: str, context: Any) -> None:
    assert failed(handler(batch(a_listed()), context)) == []
    assert len(cloud.executions(machine)) == 1
    assert parse(json.dumps(a_listed())).document.sequencer == ""


def test_a_redriven_rejection_starts_the_next_attempt(cloud: Any, machine: str, context: Any) -> None:
    handler(batch(an_event(), an_event(attempt=2, rejection={"code": "CORRUPT"})), context)
    assert [name.rsplit("-", 1)[1] for name in cloud.executions(machine)] == ["1", "2"]


@given(data=st.data())
@WITH_CLOUD
def test_redelivered_reordered_and_rebatched_events_start_each_attempt_once(
    cloud: Any, machines: Callable[[], str], context: Any, data: st.DataObject
) -> None:
    machine = machines()
    wanted = data.draw(
        st.lists(st.tuples(keys, st.sampled_from(["v1", "v2", None]), st.integers(1, 3)), min_size=1, max_size=4, unique=True)
    )
    deliveries = data.draw(st.permutations(wanted * 2))
    size = data.draw(st.integers(1, len(deliveries)))
    events = [an_event(key, version=version, attempt=attempt) for key, version, attempt in deliveries]
    for position in range(0, len(events), size):
        assert failed(handler(batch(*events[position : position + size]), context)) == []
    assert len(cloud.executions(machine)) == len(wanted)


@given(keys)
@WITH_CLOUD
def test_any_key_reaches_the_execution_unchanged(key: str) -> None:
    assert parse(json.dumps(an_event(key))).document.key == key


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys_are_neither_decoded_nor_shortened(cloud: Any, machine: str, context: Any, key: str) -> None:
    assert failed(handler(batch(an_event(key)), context)) == []
    (name,) = cloud.executions(machine)
    arn = machine.replace(":stateMachine:", ":execution:") + f":{name}"
    assert json.loads(cloud.stepfunctions.describe_execution(executionArn=arn)["input"])["document"]["key"] == key


def test_a_plus_a_space_and_its_code_are_three_documents(cloud: Any, machine: str, context: Any) -> None:
    handler(batch(an_event("a b"), an_event("a+b"), an_event("a%20b")), context)
    assert len(cloud.executions(machine)) == 3


@pytest.mark.parametrize("version", ["v1", None])
def test_folder_markers_are_ignored(cloud: Any, machine: str, context: Any, version: str | None) -> None:
    event = an_event("folder/", version=version)
    event["detail"]["object"]["size"] = 0
    assert failed(handler(batch(event), context)) == []
    assert cloud.executions(machine) == []


def test_an_object_whose_key_ends_in_a_slash_but_has_content_is_a_document(cloud: Any, machine: str, context: Any) -> None:
    handler(batch(an_event("folder/")), context)
    assert len(cloud.executions(machine)) == 1


def without(*path: str) -> dict[str, Any]:
    event = an_event()
    parent = event
    for name in path[:-1]:
        parent = parent[name]
    del parent[path[-1]]
    return event


def with_object(**changes: Any) -> dict[str, Any]:
    event = an_event()
    event["detail"]["object"] |= changes
    return event


MALFORMED: list[Any] = [
    "",
    "no json",
    "[]",
    "null",
    "{}",
    "[" * 100_000,
    without("source"),
    without("detail-type"),
    without("detail"),
    without("detail", "bucket"),
    without("detail", "object", "key"),
    without("detail", "object", "size"),
    an_event(source="aws.ec2"),
    an_event(**{"detail-type": "Object Deleted"}),
    an_event(attempt=0),
    an_event(attempt=True),
    an_event(attempt="1"),
    an_event(attempt=1.5),
    an_event(attempt=None),
    an_event(detail={"bucket": {"name": 1}, "object": {"key": "k", "size": 1}}),
    an_event(detail={"bucket": {"name": ""}, "object": {"key": "k", "size": 1}}),
    an_event(detail={"bucket": [], "object": {"key": "k", "size": 1}}),
    with_object(key=""),
    with_object(key=7),
    with_object(key="\ud800"),
    with_object(size="10"),
    with_object(size=None),
    with_object(etag=5),
    with_object(sequencer="xyz"),
    with_object(sequencer=5),
    with_object(sequencer="A" * 65),
    with_object(**{"version-id": {}}),
]


@pytest.mark.parametrize("event", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_message_fails_alone(cloud: Any, machine: str, context: Any, event: Any) -> None:
    assert failed(handler(batch(an_event("before"), event, an_event("after")), context)) == ["message-1"]
    assert len(cloud.executions(machine)) == 2


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_no_json_is_taken_for_an_event_by_mistake(value: Any) -> None:
    assume(not isinstance(value, dict) or "detail" not in value)
    with pytest.raises(MalformedEvent):
        parse(json.dumps(value))


@pytest.mark.parametrize("code", ["ThrottlingException", "ExecutionLimitExceeded", "StateMachineDoesNotExist", "KmsThrottlingException"])
def test_a_start_that_fails_fails_its_message_only(stub: Callable[[str], Stubber], machine: str, context: Any, code: str) -> None:
    states = stub("stepfunctions")
    states.add_client_error("start_execution", code)
    states.add_response("start_execution", {"executionArn": "arn", "startDate": 0})
    assert failed(handler(batch(an_event("one"), an_event("two")), context)) == ["message-0"]


def test_an_execution_that_ended_long_ago_is_not_started_again(stub: Callable[[str], Stubber], machine: str) -> None:
    stub("stepfunctions").add_client_error("start_execution", "ExecutionAlreadyExists")
    start(json.dumps(an_event()), machine)


def test_messages_are_handed_back_when_time_runs_out(cloud: Any, machine: str, context: Any) -> None:
    context.remaining_ms = 1_000
    assert failed(handler(batch(an_event("one"), an_event("two")), context)) == ["message-0", "message-1"]
    assert cloud.executions(machine) == []


def test_two_invocations_of_one_process_share_nothing(cloud: Any, machine: str, context: Any) -> None:
    assert failed(handler(batch("broken"), context)) == ["message-0"]
    assert failed(handler(batch(an_event()), context)) == []


def test_a_missing_setting_fails_the_invocation_by_name(monkeypatch: pytest.MonkeyPatch, context: Any) -> None:
    monkeypatch.delenv("STATE_MACHINE_ARN", raising=False)
    environment.cache_clear()
    with pytest.raises(Exception, match="STATE_MACHINE_ARN is missing"):
        handler(batch(an_event()), context)
