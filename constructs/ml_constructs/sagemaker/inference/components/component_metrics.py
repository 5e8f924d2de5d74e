"""What there is to see of inference components."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.sagemaker.inference.endpoints.endpoint import NAMESPACE, Endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_metrics import HOUR, INSTANCES


def component_metric(name: str, metric: str, **options: Any) -> cw.Metric:
    """A metric of one inference component.

    Args:
        name: What SageMaker calls the component.
        metric: Such as ``NoCapacityInvocationFailures`` or ``InvocationsPerCopy``.
        options: Of ``aws_cloudwatch.Metric``, such as ``period`` and ``statistic``.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """
    return cw.Metric(namespace=NAMESPACE, metric_name=metric, dimensions_map={"InferenceComponentName": name}, **options)


def copies(name: str, period: Duration = MOMENT) -> cw.MathExpression:
    """How many copies served, on average over the requests; unknown while there are none.

    Each request adds one to ``Invocations``, and one by the number of copies to ``InvocationsPerCopy``; no metric tells the number.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html
    """
    used = {
        "requests": component_metric(name, "Invocations", period=period, statistic="Sum"),
        "shares": component_metric(name, "InvocationsPerCopy", period=period, statistic="Sum"),
    }
    return cw.MathExpression(expression="requests / shares", label="Copies", period=period, using_metrics=used)


def idle(endpoint: Endpoint, predictions: cw.IMetric, period: Duration = HOUR) -> cw.MathExpression:
    """1 for a period in which instances ran and nothing was answered, 0 for others.

    Instances tell of their processors whether they are asked or not; where nothing tells, none runs.

    Args:
        endpoint: Whose instances they are.
        predictions: What was answered, with the same period.
        period: Which the instances may idle.
    """
    running = endpoint.metric("CPUUtilization", namespace=INSTANCES, period=period, statistic="SampleCount")
    expression = "IF(FILL(running, 0) > 0 AND FILL(answered, 0) == 0, 1, 0)"
    return cw.MathExpression(
        expression=expression, label="Idle", period=period, using_metrics={"running": running, "answered": predictions}
    )
