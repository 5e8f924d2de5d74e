"""Scaling policies that never act, as they look at a metric which their kind of endpoint doesn't publish."""

from collections.abc import Iterator

from blueprints.checks.deployed import Account
from blueprints.checks.rules.finding import Finding, Template
from blueprints.simulating.published import findings
from blueprints.simulating.templates import fleets

ISSUE = "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html"


def check(template: Template) -> Iterator[Finding]:
    """Every policy looks at a metric that tells how much capacity is wanted, and something leads away from zero."""
    for fleet in fleets(Account({"stack": template})):
        for found in findings(fleet):
            yield Finding(ISSUE, fleet.name if found.policy == "none" else found.policy, found.problem)
