"""What there is to see of inference components."""

from typing import Any

from aws_cdk import aws_cloudwatch as cw

from ml_constructs.sagemaker.inference.endpoint import NAMESPACE


def component_metric(name: str, metric: str, **options: Any) -> cw.Metric:
    """A metric of one inference component.

    Args:
        name: What SageMaker calls the component.
        metric: Such as ``NoCapacityInvocationFailures`` or ``InvocationsPerCopy``.
        options: Of ``aws_cloudwatch.Metric``, such as ``period`` and ``statistic``.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """
    return cw.Metric(namespace=NAMESPACE, metric_name=metric, dimensions_map={"InferenceComponentName": name}, **options)
