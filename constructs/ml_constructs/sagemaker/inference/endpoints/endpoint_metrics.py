"""What there is to see of an endpoint."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint

MINUTE = Duration.minutes(1)
HOUR = Duration.hours(1)
INSTANCES = "/aws/sagemaker/Endpoints"
MICROSECONDS = 1000
"""SageMaker tells times in microseconds: so many are a millisecond."""
FEWEST_INVOCATIONS = 20


def counted(endpoint: Endpoint, name: str, period: Duration = MOMENT) -> cw.Metric:
    """How often something happened, such as ``Invocations`` or ``Invocation5XXErrors``.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoint-invocation
    """
    return endpoint.metric(name, period=period, statistic="Sum", label=name)


def latency(endpoint: Endpoint, statistic: str = "p99", period: Duration = MOMENT) -> cw.Metric:
    """Microseconds that the model took to answer."""
    return endpoint.metric("ModelLatency", period=period, statistic=statistic, label=f"ModelLatency {statistic}")


def client_error_percent(endpoint: Endpoint) -> cw.MathExpression:
    """The percentage of requests that the model refused; 0 where there were few."""
    used = {"invocations": counted(endpoint, "Invocations"), "errors": counted(endpoint, "Invocation4XXErrors")}
    expression = f"IF(FILL(invocations, 0) >= {FEWEST_INVOCATIONS}, 100 * FILL(errors, 0) / invocations, 0)"
    return cw.MathExpression(expression=expression, label="Refused (%)", period=MOMENT, using_metrics=used)


def utilization(endpoint: Endpoint, name: str = "MemoryUtilization", statistic: str = "Maximum") -> cw.Metric:
    """The percentage that an instance uses of its memory or disk; of its processors and accelerators the sum of their percentages.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-jobs
    """
    return endpoint.metric(name, namespace=INSTANCES, period=MOMENT, statistic=statistic, label=name)


def instances(endpoint: Endpoint, period: Duration = MOMENT) -> cw.MathExpression:
    """How many instances served, on average over the requests; unknown while there are none.

    Each request adds one to ``Invocations``, and one by the number of instances to ``InvocationsPerInstance``; no metric tells the number.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ScalingPolicyMetric.html
    """
    used = {"requests": counted(endpoint, "Invocations", period), "shares": counted(endpoint, "InvocationsPerInstance", period)}
    return cw.MathExpression(expression="requests / shares", label="Instances", period=period, using_metrics=used)


def endpoint_graphs(endpoint: Endpoint) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of an endpoint on instances."""
    utilized = [utilization(endpoint, f"{name}Utilization", "Average") for name in ("CPU", "Memory", "Disk")]
    return {**answer_graphs(endpoint), "Instances": [instances(endpoint)], "Utilization (%)": [*utilized]}


def answer_graphs(endpoint: Endpoint) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of any endpoint's answers."""
    names = ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors")
    times = [_milliseconds(latency(endpoint, statistic), statistic) for statistic in ("p50", "p90", "p99")]
    return {"Requests": [counted(endpoint, name) for name in names], "Time of the model (ms)": [*times]}


def _milliseconds(metric: cw.Metric, statistic: str) -> cw.MathExpression:
    return cw.MathExpression(expression=f"{statistic} / {MICROSECONDS}", label=statistic, period=MOMENT, using_metrics={statistic: metric})
