"""What CloudWatch is told."""

import pytest

from blueprints.local.sagemaker.metrics import Metrics
from tests.blueprints.local.serving import Served
from tests.waiting import until


def test_values_are_gathered_by_metric_and_dimensions(served: Served) -> None:
    metrics = Metrics(every=3600)
    for endpoint, value in (("e", 1.0), ("e", 3.0), ("f", 5.0)):
        metrics.put(served.aws, "ModelLatency", value, EndpointName=endpoint, VariantName="v")
    metrics.send(served.aws)
    metrics.send(served.aws)
    first, second = served.aws.cloudwatch.data
    assert (first["Namespace"], first["MetricName"], first["Unit"]) == ("AWS/SageMaker", "ModelLatency", "Microseconds")
    assert first["Dimensions"] == [{"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName", "Value": "v"}]
    assert first["StatisticValues"] == {"Sum": 4.0, "Minimum": 1.0, "Maximum": 3.0, "SampleCount": 2}
    assert second["StatisticValues"]["Sum"] == 5.0


def test_what_is_told_of_instances_has_a_namespace_of_its_own(served: Served) -> None:
    metrics = Metrics(every=3600)
    metrics.put(served.aws, "LoadedModelCount", 1.0, EndpointName="e")
    metrics.send(served.aws)
    assert [datum["Namespace"] for datum in served.aws.cloudwatch.data] == ["/aws/sagemaker/Endpoints"]


def test_values_are_sent_soon(served: Served) -> None:
    Metrics(every=0.01).put(served.aws, "Invocations", 1.0, EndpointName="e")
    assert until(lambda: served.aws.cloudwatch.data)


def test_a_cloudwatch_that_refuses_is_no_failure(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics(every=3600)
    metrics.put(served.aws, "Invocations", 1.0, EndpointName="e")
    served.aws.cloudwatch.refuses = True
    metrics.send(served.aws)
    assert "CloudWatch did not take the metrics of SageMaker" in caplog.text
