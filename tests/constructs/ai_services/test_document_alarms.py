from ml_constructs.ai_services.document_alarms import ADVICE
from tests.constructs.ai_services.conftest import Scene


def test_every_piece_of_advice_belongs_to_an_alarm(scene: Scene) -> None:
    assert {alarm.node.id for alarm in scene.alarms.alarms} == set(ADVICE)


def test_an_alarm_says_what_to_do_and_takes_silence_for_health(scene: Scene) -> None:
    for name, advice in ADVICE.items():
        alarm = scene.alarm(name)
        assert alarm["AlarmDescription"] == advice
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmActions"] == [scene.stack.resolve(scene.alarms.topic.topic_arn)]


def test_advice_fits_into_a_description() -> None:
    assert all(30 < len(advice) <= 1024 for advice in ADVICE.values())


def test_an_alarm_may_look_at_several_periods(scene: Scene) -> None:
    assert scene.alarm("NoFreeSlot")["EvaluationPeriods"] == 12
    assert scene.alarm("RejectedDocuments")["EvaluationPeriods"] == 1
