from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import total
from ml_constructs.sagemaker.inference.components.component_metrics import component_metric, copies, idle
from tests.constructs.sagemaker.inference.components.component_scene import Scene


def test_a_metric_is_found_by_the_name_of_the_component() -> None:
    metric = component_metric("stack-assistant-12345678", "InvocationsPerCopy", statistic="Sum")
    assert (metric.namespace, metric.metric_name) == ("AWS/SageMaker", "InvocationsPerCopy")
    assert metric.dimensions == {"InferenceComponentName": "stack-assistant-12345678"}


def test_copies_are_requests_by_their_shares() -> None:
    found = copies("component")
    assert found.expression == "requests / shares"
    metrics: Any = found.using_metrics
    assert {name: metric.metric_name for name, metric in metrics.items()} == {"requests": "Invocations", "shares": "InvocationsPerCopy"}


@pytest.fixture(scope="module")
def alarm() -> dict[str, Any]:
    scene = Scene()
    hour = cdk.Duration.hours(1)
    answered = total([cw.Metric(namespace="Front", metric_name="Predictions", period=hour, statistic="Sum")], "Predictions", hour)
    cw.Alarm(scene.stack, "Idle", metric=idle(scene.endpoint, answered), threshold=1, evaluation_periods=3)
    (found,) = scene.properties("AWS::CloudWatch::Alarm")
    return found


def test_who_runs_and_answers_nothing_idles(alarm: dict[str, Any]) -> None:
    (told,) = [each for each in alarm["Metrics"] if each.get("ReturnData", True)]
    assert told["Expression"] == "IF(FILL(running, 0) > 0 AND FILL(answered, 0) == 0, 1, 0)"
    (running,) = [each["MetricStat"] for each in alarm["Metrics"] if each["Id"] == "running"]
    assert (running["Metric"]["MetricName"], running["Stat"], running["Period"]) == ("CPUUtilization", "SampleCount", 3600)
