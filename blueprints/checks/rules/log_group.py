"""Functions whose logs nobody owns."""

from collections.abc import Iterator

from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import references, resources

ISSUE = "aws/aws-cdk#26534"


def check(template: Template) -> Iterator[Finding]:
    """Every function writes to a log group of the template; one that Lambda creates stays behind and never expires."""
    groups = {logical_id for logical_id, _ in resources(template, "AWS::Logs::LogGroup")}
    for logical_id, function in resources(template, "AWS::Lambda::Function"):
        if not groups & references(function["Properties"].get("LoggingConfig", {}).get("LogGroup")):
            yield Finding(ISSUE, logical_id, "has no log group of its own: set LoggingConfig.LogGroup to one of the template")
