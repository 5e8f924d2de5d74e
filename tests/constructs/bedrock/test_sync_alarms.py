from ml_constructs.bedrock.sync_alarms import ADVICE
from tests.constructs.bedrock.sync_scene import plain


def test_every_alarm_says_what_to_do() -> None:
    scene = plain()
    assert {alarm.node.id for alarm in scene.alarms.alarms} == set(ADVICE)
    assert all(scene.alarm(name)["AlarmDescription"] == ADVICE[name] for name in ADVICE)


def test_where_nothing_is_counted_nothing_is_wrong() -> None:
    scene = plain()
    assert {scene.alarm(name)["TreatMissingData"] for name in ADVICE} == {"notBreaching"}


def test_advice_fits_into_a_description() -> None:
    assert all(30 < len(advice) <= 1024 for advice in ADVICE.values())
