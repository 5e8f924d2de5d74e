"""Metric filters that are created all at once."""

from collections.abc import Iterator

from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import dependencies, resources

ISSUE = "aws-samples/amazon-textract-idp-cdk-constructs#1"
# CloudWatch Logs takes five PutMetricFilter calls a second.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
MOST_AT_ONCE = 5


def check(template: Template) -> Iterator[Finding]:
    """At most as many metric filters as CloudWatch Logs takes in a second are created without waiting for one another."""
    filters = [logical_id for logical_id, _ in resources(template, "AWS::Logs::MetricFilter")]
    at_once = [logical_id for logical_id in filters if not dependencies(template, logical_id).intersection(filters)]
    for logical_id in at_once[MOST_AT_ONCE:]:
        yield Finding(ISSUE, logical_id, f"is one of {len(at_once)} metric filters that are created at once: make it depend on another")
