from ml_constructs.sagemaker.inference.transform.transform_advice import ADVICE
from tests.constructs.sagemaker.inference.transform.transform_scene import scene


def test_there_is_an_alarm_for_each_piece_of_advice() -> None:
    assert sorted(alarm.node.id for alarm in scene().alarms.alarms) == sorted(ADVICE)


def test_every_alarm_says_what_is_wrong_and_what_to_do() -> None:
    for name, advice in ADVICE.items():
        assert scene().alarm(name)["AlarmDescription"] == advice
        assert advice.count(". ") >= 1
