"""Metrics of document analysis that no construct has at hand."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_functions import metric_namespace
from ml_constructs.ai_services.document_options import DocumentOptions

MOMENT = Duration.minutes(5)
CALLERS = ("analyze_image", "collect_textract_job")


def depth(queue: sqs.IQueue) -> cw.Metric:
    """How many messages wait in ``queue``."""
    return queue.metric_approximate_number_of_messages_visible(period=MOMENT, statistic="Maximum")


def age(queue: sqs.IQueue) -> cw.Metric:
    """For how many seconds the oldest message of ``queue`` has waited."""
    return queue.metric_approximate_age_of_oldest_message(period=MOMENT, statistic="Maximum")


def pages_analyzed(scope: Construct, period: Duration) -> list[cw.IMetric]:
    """Pages that were billed, one metric for each of the functions that count them."""
    namespace = metric_namespace(scope)
    return [
        cw.Metric(namespace=namespace, metric_name="PagesAnalyzed", dimensions_map={"service": caller}, period=period, statistic="Sum")
        for caller in CALLERS
    ]


def calls_throttled(options: DocumentOptions, period: Duration) -> list[cw.IMetric]:
    """Calls that Textract refused in this account, one metric for each operation that the options need.

    See https://docs.aws.amazon.com/textract/latest/dg/textract_metrics.html
    """
    actions = (*options.synchronous_actions, *options.start_actions, *options.get_actions)
    return [
        cw.Metric(
            namespace="AWS/Textract",
            metric_name="ThrottledCount",
            dimensions_map={"Operation": action.removeprefix("textract:")},
            period=period,
            statistic="Sum",
        )
        for action in actions
    ]


def total(metrics: Sequence[cw.IMetric], label: str, period: Duration) -> cw.MathExpression:
    """The sum of ``metrics``; those without data count as zero."""
    named = {f"m{number}": metric for number, metric in enumerate(metrics)}
    parts = ", ".join(f"FILL({name}, 0)" for name in named)
    return cw.MathExpression(expression=f"SUM([{parts}])", label=label, period=period, using_metrics=named)
