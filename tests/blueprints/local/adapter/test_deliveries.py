"""Services deliver to each other only where a policy allows it."""

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.services import scheduler

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw
from tests.waiting import until

EVENTS = {"Service": "events.amazonaws.com"}
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
WAIT = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
COUNT = "def handler(event, context):\n    return event\n"


def queue(key: str | None = None) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": raw.ref(key)} if key else {}}


def key(*statements: Mapping[str, Any]) -> dict[str, Any]:
    policy = {"Statement": [raw.allow("kms:*", Principal=ROOT), *statements]}
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}


def rule(source: str, *targets: Mapping[str, Any]) -> dict[str, Any]:
    named = [{"Id": str(number), **target} for number, target in enumerate(targets)]
    return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": [source]}, "Targets": named}}


def targets() -> dict[str, Any]:
    """A queue, a function and a state machine that say nothing about EventBridge."""
    return {
        "Queue": queue(),
        "FunctionRole": raw.role("lambda.amazonaws.com"),
        "Function": raw.function("FunctionRole", COUNT),
        "MachineRole": raw.role("states.amazonaws.com"),
        "Machine": raw.machine("MachineRole", WAIT),
        "Dead": queue(),
        "DeadPolicy": raw.queue_policy("Dead"),
    }


def permissions() -> dict[str, Any]:
    """What lets EventBridge deliver to them."""
    invocation = {"FunctionName": raw.ref("Function"), "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    return {
        "QueuePolicy": raw.queue_policy("Queue"),
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {**invocation, "SourceArn": raw.attribute("Rule")}},
        "Starting": raw.role("events.amazonaws.com", raw.allow("states:StartExecution", on=raw.ref("Machine"))),
    }


def deliver(aws: EmbeddedAws, stack: str, *, permitted: bool) -> tuple[int, int, int]:
    """Sends an event to each target, and counts what arrived."""
    start = {"Arn": raw.ref("Machine"), "RoleArn": raw.attribute("Starting" if permitted else "MachineRole")}
    last = {"Arn": raw.attribute("Dead")}
    resources = {
        **targets(),
        "Rule": rule(stack, {"Arn": raw.attribute("Queue")}, {"Arn": raw.attribute("Function")}, start, last),
        **(permissions() if permitted else {}),
    }
    names = raw.deploy(aws, stack, resources, {name: raw.ref(name) for name in ("Queue", "Function", "Machine", "Dead")})
    aws.client("events").put_events(Entries=[{"Source": stack, "DetailType": "a", "Detail": "{}"}])
    raw.messages(aws, names["Dead"])  # the last target: the others have had their turn
    count = aws.client("sqs").get_queue_attributes(QueueUrl=names["Queue"], AttributeNames=["ApproximateNumberOfMessages"])
    executions = aws.client("stepfunctions").list_executions(stateMachineArn=names["Machine"])["executions"]
    return int(count["Attributes"]["ApproximateNumberOfMessages"]), len(executions), runs(aws, names["Function"], permitted)


def runs(aws: EmbeddedAws, name: str, expected: bool) -> int:
    """Counts the runs of a function by its log, and waits for the first if there should be one."""
    group = {"logGroupNamePrefix": f"/aws/lambda/{name}"}
    found = aws.client("logs").describe_log_groups
    return len(until(lambda: found(**group)["logGroups"]) if expected else found(**group)["logGroups"])


@pytest.mark.long
def test_ministack_delivers_whatever_the_policies_say(plain_aws: EmbeddedAws) -> None:
    assert deliver(plain_aws, "unpermitted", permitted=False)[:2] == (1, 1)


def test_rules_need_permission(adapted_aws: EmbeddedAws) -> None:
    assert deliver(adapted_aws, "unpermitted", permitted=False) == (0, 0, 0)
    (row,) = [row for row in adapted_aws.report()["calls"] if row["operation"] == "DeliverToTarget"]
    assert (row["service"], row["failed"]) == ("events", row["count"])


def test_rules_with_permission_deliver(adapted_aws: EmbeddedAws) -> None:
    assert deliver(adapted_aws, "permitted", permitted=True) == (1, 1, 1)


def test_what_may_not_be_delivered_is_dead(adapted_aws: EmbeddedAws) -> None:
    target = {"Arn": raw.attribute("Closed"), "DeadLetterConfig": {"Arn": raw.attribute("Dead")}}
    resources = {"Closed": queue(), "Dead": queue(), "DeadPolicy": raw.queue_policy("Dead"), "Rule": rule("dead", target)}
    names = raw.deploy(adapted_aws, "dead", resources, {"Dead": raw.ref("Dead")})
    adapted_aws.client("events").put_events(Entries=[{"Source": "dead", "DetailType": "a", "Detail": '{"b": 1}'}])
    (message,) = raw.messages(adapted_aws, names["Dead"])
    assert json.loads(message["Body"])["detail"] == {"b": 1}


def publish(aws: EmbeddedAws, stack: str, *statements: Mapping[str, Any]) -> int:
    """Publishes to a topic with two queues, of which the first is encrypted, and counts what the first gets."""
    subscription = {"TopicArn": raw.ref("Topic"), "Protocol": "sqs"}
    resources: dict[str, Any] = {
        "Key": key(*statements),
        "Encrypted": queue("Key"),
        "Plain": queue(),
        "Topic": {"Type": "AWS::SNS::Topic"},
        **{f"{name}Policy": raw.queue_policy(name) for name in ("Encrypted", "Plain")},
    }
    for name in ("Encrypted", "Plain"):
        properties = {**subscription, "Endpoint": raw.attribute(name)}
        resources[f"{name}Subscription"] = {"Type": "AWS::SNS::Subscription", "Properties": properties}
    names = raw.deploy(aws, stack, resources, {name: raw.ref(name) for name in ("Topic", "Encrypted", "Plain")})
    aws.client("sns").publish(TopicArn=names["Topic"], Message="a")
    raw.messages(aws, names["Plain"])
    return len(aws.client("sqs").receive_message(QueueUrl=names["Encrypted"]).get("Messages", []))


@pytest.mark.long
def test_ministack_delivers_to_encrypted_queues_without_the_key(plain_aws: EmbeddedAws) -> None:
    assert publish(plain_aws, "keyless") == 1


def test_queues_are_encrypted_for_services(adapted_aws: EmbeddedAws) -> None:
    uses = raw.allow("kms:GenerateDataKey*", "kms:Decrypt", Principal={"Service": "sns.amazonaws.com"})
    assert publish(adapted_aws, "keyless") == 0
    assert publish(adapted_aws, "keyed", uses) == 1


def polled(aws: EmbeddedAws, stack: str, *statements: Mapping[str, Any]) -> str:
    """Maps an encrypted queue to a function."""
    resources = {
        "Key": key(),
        "Queue": queue("Key"),
        "Role": raw.role("lambda.amazonaws.com", *statements),
        "Function": raw.function("Role", COUNT),
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": raw.attribute("Queue"), "FunctionName": raw.ref("Function")},
        },
    }
    return raw.deploy(aws, stack, resources, {"Mapping": raw.ref("Mapping")})["Mapping"]


RECEIVE = raw.allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=raw.attribute("Queue"))


@pytest.mark.long
def test_ministack_polls_whatever_the_role_says(plain_aws: EmbeddedAws) -> None:
    assert polled(plain_aws, "powerless-poller")


@pytest.mark.parametrize(
    ("statements", "missing"), [((), "ReceiveMessage on SQS"), ((RECEIVE,), "Decrypt on KMS")], ids=["no right", "no right on the key"]
)
def test_queues_are_polled_by_right(adapted_aws: EmbeddedAws, statements: tuple[Any, ...], missing: str) -> None:
    with pytest.raises(raw.DeploymentError, match=f"does not have permissions to call {missing}"):
        polled(adapted_aws, f"poller-{len(statements)}", *statements)


def test_pollers_with_every_right_are_mapped(adapted_aws: EmbeddedAws) -> None:
    assert polled(adapted_aws, "poller", RECEIVE, raw.allow("kms:Decrypt", on=raw.attribute("Key")))


def test_mappings_made_by_the_api_are_checked_too(adapted_aws: EmbeddedAws) -> None:
    resources = {"Queue": queue(), "Role": raw.role("lambda.amazonaws.com"), "Function": raw.function("Role", COUNT)}
    names = raw.deploy(adapted_aws, "poller-api", resources, {"Queue": raw.attribute("Queue"), "Function": raw.ref("Function")})
    create: Callable[..., Any] = adapted_aws.client("lambda").create_event_source_mapping
    with pytest.raises(ClientError, match="does not have permissions to call ReceiveMessage on SQS"):
        create(EventSourceArn=names["Queue"], FunctionName=names["Function"])


def scheduled(aws: EmbeddedAws, stack: str, *statements: Mapping[str, Any], trusted: str = "scheduler.amazonaws.com") -> tuple[str, str]:
    """Schedules a message to an encrypted queue for a time that has passed; returns the queue and its dead-letter queue."""
    target = {
        "Arn": raw.attribute("Queue"),
        "RoleArn": raw.attribute("Role"),
        "Input": '{"kind": "scheduled"}',
        "DeadLetterConfig": {"Arn": raw.attribute("Dead")},
    }
    schedule = {"ScheduleExpression": "at(2026-01-01T00:00:00)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    resources = {
        "Key": key(),
        "Queue": queue("Key"),
        "Dead": queue(),
        "Role": raw.role(trusted, raw.allow("sqs:SendMessage", on=raw.attribute("Dead")), *statements),
        "Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": schedule},
    }
    names = raw.deploy(aws, stack, resources, {name: raw.ref(name) for name in ("Queue", "Dead")})
    return names["Queue"], names["Dead"]


SENDING = raw.allow("sqs:SendMessage", on=raw.attribute("Queue"))
USING = raw.allow("kms:GenerateDataKey", "kms:Decrypt", on=raw.attribute("Key"))


@pytest.mark.long
def test_ministack_knows_nothing_of_the_role_of_a_schedule() -> None:
    assert "RoleArn" not in inspect.getsource(scheduler._tick_schedules)


def test_schedules_deliver_with_their_role(adapted_aws: EmbeddedAws) -> None:
    delivered, _ = scheduled(adapted_aws, "scheduled", SENDING, USING)
    (message,) = raw.messages(adapted_aws, delivered)
    assert json.loads(message["Body"]) == {"kind": "scheduled"}


def test_schedules_deliver_nothing_that_their_role_may_not(adapted_aws: EmbeddedAws) -> None:
    _, keyless = scheduled(adapted_aws, "scheduled-keyless", SENDING)
    delivered, untrusted = scheduled(adapted_aws, "scheduled-untrusted", SENDING, USING, trusted="events.amazonaws.com")
    assert len(raw.messages(adapted_aws, keyless)) == 1
    until(lambda: [row for row in adapted_aws.report()["calls"] if row["service"] == "scheduler" and row["failed"] >= 3])
    for url in (delivered, untrusted):
        assert "Messages" not in adapted_aws.client("sqs").receive_message(QueueUrl=url)
