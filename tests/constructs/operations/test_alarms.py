from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey
from ml_constructs.operations import Alarms

OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


@pytest.fixture
def alarms(stack: cdk.Stack, key: DataKey) -> Alarms:
    return Alarms(stack, "Alarms", key=key)


def metric() -> cw.Metric:
    return cw.Metric(namespace="Test", metric_name="Errors", period=cdk.Duration.minutes(5), statistic="Sum")


def test_the_topic_is_encrypted_and_refuses_plain_http(alarms: Alarms, key: DataKey, template: Callable[[], Template]) -> None:
    synthesised = template()
    synthesised.has_resource_properties("AWS::SNS::Topic", {"KmsMasterKeyId": key.stack.resolve(key.key_arn)})
    refusal = {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    synthesised.has_resource_properties(
        "AWS::SNS::TopicPolicy", {"PolicyDocument": {"Statement": Match.array_with([Match.object_like(refusal)])}}
    )


def test_alarms_of_this_account_may_notify_the_topic_and_use_its_key(alarms: Alarms, template: Callable[[], Template]) -> None:
    synthesised = template()
    publish = Match.object_like({"Action": "sns:Publish", "Effect": "Allow", "Principal": CLOUDWATCH, "Condition": OWN_ACCOUNT})
    synthesised.has_resource_properties("AWS::SNS::TopicPolicy", {"PolicyDocument": {"Statement": Match.array_with([publish])}})
    encrypt = Match.object_like({"Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Principal": CLOUDWATCH, "Condition": OWN_ACCOUNT})
    synthesised.has_resource_properties("AWS::KMS::Key", {"KeyPolicy": {"Statement": Match.array_with([encrypt])}})


def test_a_key_that_cloudwatch_may_use_already_says_so_once(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    Alarms(stack, "Alarms", key=DataKey(stack, "Key", service_principals=["cloudwatch.amazonaws.com"]))
    (key,) = template().find_resources("AWS::KMS::Key").values()
    assert [statement["Principal"] for statement in key["Properties"]["KeyPolicy"]["Statement"]].count(CLOUDWATCH) == 1


def test_an_imported_key_is_used_as_it_is(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    arn = "arn:aws:kms:eu-west-1:111122223333:key/1234"
    Alarms(stack, "Alarms", key=kms.Key.from_key_arn(stack, "Imported", arn))
    template().has_resource_properties("AWS::SNS::Topic", {"KmsMasterKeyId": arn})


def test_an_alarm_notifies_the_topic(alarms: Alarms, template: Callable[[], Template]) -> None:
    alarm = alarms.add("Errors", metric=metric(), threshold=1, description="Look at the log.", missing=cw.TreatMissingData.NOT_BREACHING)
    expected = {
        "AlarmActions": [{"Ref": Match.string_like_regexp("AlarmsTopic")}],
        "AlarmDescription": "Look at the log.",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "EvaluationPeriods": 1,
        "Period": 300,
        "Threshold": 1,
        "TreatMissingData": "notBreaching",
    }
    template().has_resource_properties("AWS::CloudWatch::Alarm", expected)
    assert alarms.alarms == [alarm]


def test_periods_and_comparison_can_be_chosen(alarms: Alarms, template: Callable[[], Template]) -> None:
    less = cw.ComparisonOperator.LESS_THAN_THRESHOLD
    alarms.add("Idle", metric=metric(), threshold=5, description="Idle.", periods=3, comparison=less, missing=cw.TreatMissingData.BREACHING)
    expected = {"ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 3, "TreatMissingData": "breaching"}
    template().has_resource_properties("AWS::CloudWatch::Alarm", expected)


def test_a_watched_count_says_what_to_do_and_takes_silence_for_health(alarms: Alarms, template: Callable[[], Template]) -> None:
    alarm = alarms.watch("Errors", metric(), threshold=2, advice={"Errors": "Look at the log.", "Lost": "Send it again."})
    expected = {"AlarmDescription": "Look at the log.", "EvaluationPeriods": 1, "Threshold": 2, "TreatMissingData": "notBreaching"}
    template().has_resource_properties("AWS::CloudWatch::Alarm", expected)
    assert alarms.alarms == [alarm]


def test_a_count_may_be_watched_over_several_periods(alarms: Alarms, template: Callable[[], Template]) -> None:
    alarms.watch("Errors", metric(), threshold=1, advice={"Errors": "Look at the log."}, periods=3)
    template().has_resource_properties("AWS::CloudWatch::Alarm", {"EvaluationPeriods": 3})


def test_nothing_is_watched_without_advice(alarms: Alarms) -> None:
    with pytest.raises(KeyError, match="Errors"):
        alarms.watch("Errors", metric(), threshold=1, advice={"Lost": "Send it again."})


def test_no_rule_is_left_unmet(alarms: Alarms, findings: Callable[[], dict[str, list[str]]]) -> None:
    alarms.add("Errors", metric=metric(), threshold=1, description="Look at the log.", missing=cw.TreatMissingData.NOT_BREACHING)
    assert findings() == {}
