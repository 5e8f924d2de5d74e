from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey
from ml_constructs.operations import Alarms
from ml_constructs.operations.audit_alarms import WATCHED, AuditAlarms


@pytest.fixture
def defined(stack: cdk.Stack, key: DataKey) -> AuditAlarms:
    log_group = logs.LogGroup(stack, "Logs", encryption_key=key, retention=logs.RetentionDays.ONE_YEAR)
    alarms = Alarms(stack, "Alarms", key=key)
    return AuditAlarms(stack, "AuditAlarms", log_group=log_group, namespace="Audit/test", alarms=alarms)


@pytest.mark.parametrize("name", WATCHED)
def test_what_should_not_happen_is_counted_and_raises_an_alarm(defined: AuditAlarms, template: Callable[[], Template], name: str) -> None:
    pattern, threshold, description = WATCHED[name]
    metric = {"MetricName": name, "MetricNamespace": "Audit/test", "MetricValue": "1"}
    expected = {"FilterPattern": pattern, "MetricTransformations": [metric]}
    template().has_resource_properties("AWS::Logs::MetricFilter", expected)
    alarm = {"MetricName": name, "Namespace": "Audit/test", "Period": 300, "Statistic": "Sum", "Threshold": threshold}
    template().has_resource_properties("AWS::CloudWatch::Alarm", {**alarm, "AlarmDescription": description})


def test_silence_is_no_alarm_and_every_alarm_tells_the_topic(defined: AuditAlarms, template: Callable[[], Template]) -> None:
    expected = {"TreatMissingData": "notBreaching", "AlarmActions": [Match.object_like({"Ref": Match.string_like_regexp("Topic")})]}
    template().all_resources_properties("AWS::CloudWatch::Alarm", expected)
    template().resource_count_is("AWS::CloudWatch::Alarm", len(WATCHED))


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(defined: AuditAlarms, findings: Callable[[], dict[str, list[str]]]) -> None:
    assert findings() == {}
