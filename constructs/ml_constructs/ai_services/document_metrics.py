"""Metrics of document analysis that no construct has at hand."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from ml_constructs.ai_services.document_options import DocumentOptions
from ml_constructs.foundation.metrics import counted

CALLERS = ("analyze_image", "collect_textract_job")


def pages_analyzed(scope: Construct, period: Duration) -> list[cw.IMetric]:
    """Pages that were billed, one metric for each of the functions that count them."""
    return [counted(scope, "PagesAnalyzed", by=caller, period=period) for caller in CALLERS]


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
