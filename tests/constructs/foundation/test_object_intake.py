from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey
from ml_constructs.foundation.object_intake import ObjectIntake

NewIntake = Callable[..., ObjectIntake]


@pytest.fixture
def new_intake(stack: cdk.Stack, key: DataKey) -> NewIntake:
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "uploads")

    def make(**options: Any) -> ObjectIntake:
        return ObjectIntake(stack, "Intake", bucket=bucket, key=key, visibility_timeout=cdk.Duration.minutes(30), **options)

    return make


def rule(template: Template) -> dict[str, Any]:
    (found,) = template.find_resources("AWS::Events::Rule").values()
    properties: dict[str, Any] = found["Properties"]
    return properties


def test_every_upload_to_the_bucket_is_queued(stack: cdk.Stack, new_intake: NewIntake, template: Callable[[], Template]) -> None:
    intake = new_intake()
    found = rule(template())
    assert found["EventPattern"]["detail"] == {"bucket": {"name": ["uploads"]}}
    assert found["Targets"][0]["Arn"] == stack.resolve(intake.queue.queue_arn)
    assert found["Targets"][0]["DeadLetterConfig"] == {"Arn": stack.resolve(intake.undelivered.queue_arn)}


def test_uploads_can_be_told_apart_by_their_prefix(new_intake: NewIntake, template: Callable[[], Template]) -> None:
    new_intake(prefix="requests/")
    assert rule(template())["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "requests/"}]}


def test_what_fails_five_times_is_kept_for_two_weeks(stack: cdk.Stack, new_intake: NewIntake, template: Callable[[], Template]) -> None:
    intake = new_intake()
    dead_letters = stack.resolve(intake.dead_letters.queue_arn)
    redrive = {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 5}
    found = template()
    found.has_resource_properties("AWS::SQS::Queue", {"RedrivePolicy": redrive, "VisibilityTimeout": 1800})
    queues = found.find_resources("AWS::SQS::Queue").values()
    assert [queue["Properties"]["MessageRetentionPeriod"] for queue in queues] == [14 * 24 * 3600] * 3


def test_the_queue_of_what_failed_is_called_what_its_owner_calls_it(new_intake: NewIntake) -> None:
    assert new_intake(dead_letters_id="Rejected").dead_letters.node.id == "Rejected"


def test_a_dashboard_shows_three_queues_and_an_age(new_intake: NewIntake) -> None:
    intake = new_intake()
    assert (len(intake.queue_metrics), intake.age.metric_name) == (3, "ApproximateAgeOfOldestMessage")


def test_no_rule_finds_anything_wrong(new_intake: NewIntake, findings: Callable[[], dict[str, list[str]]]) -> None:
    new_intake()
    assert findings() == {}
