from ml_constructs.sagemaker.inference.components.component_advice import ADVICE


def test_every_alarm_says_what_is_wrong_and_what_to_do() -> None:
    assert all(advice.count(". ") >= 1 and advice.endswith(".") for advice in ADVICE.values())
