import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.asynchronous.async_functions import TIMEOUT_SECONDS, visibility_timeout
from tests.constructs.sagemaker.inference.asynchronous.async_scene import scene


def test_each_function_has_its_package_and_its_time() -> None:
    functions = {"SubmitInference": scene().submit, "RecordInference": scene().outcomes.record, "SweepInferences": scene().outcomes.sweep}
    assert list(functions) == list(TIMEOUT_SECONDS)
    for name, function in functions.items():
        found = scene().properties(function)
        assert found["Timeout"] == TIMEOUT_SECONDS[name]
        assert found["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == "MlBlueprints/Stack"
    assert scene().properties(scene().submit)["Handler"] == "submit_inference.handler.handler"


@pytest.mark.parametrize("name", ["SubmitInference", "RecordInference"])
def test_messages_are_hidden_six_times_as_long_as_the_function_may_take(name: str) -> None:
    assert visibility_timeout(name).to_seconds() == Duration.seconds(6 * TIMEOUT_SECONDS[name]).to_seconds()
