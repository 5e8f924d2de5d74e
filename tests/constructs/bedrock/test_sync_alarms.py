import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.bedrock.sync_alarms import ADVICE, watch_for
from ml_constructs.foundation import DataKey
from ml_constructs.operations import Alarms
from tests.constructs.bedrock.sync_scene import plain


def test_every_alarm_says_what_to_do() -> None:
    scene = plain()
    assert {alarm.node.id for alarm in scene.alarms.alarms} == set(ADVICE)
    assert all(scene.alarm(name)["AlarmDescription"] == ADVICE[name] for name in ADVICE)


def test_where_nothing_is_counted_nothing_is_wrong(stack: cdk.Stack, key: DataKey) -> None:
    alarm = watch_for(Alarms(stack, "Alarms", key=key), "LostChanges", cw.Metric(namespace="n", metric_name="m"), threshold=2)
    default: cw.CfnAlarm = alarm.node.default_child  # type: ignore[assignment]
    assert (default.treat_missing_data, default.threshold, default.evaluation_periods) == ("notBreaching", 2, 1)
