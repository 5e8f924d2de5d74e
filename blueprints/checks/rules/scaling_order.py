"""Scalable targets that outlive or precede what they scale."""

from collections.abc import Iterator

from blueprints.checks.deployed import Account
from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import SCALABLE_TARGET, dependencies, scaled

ISSUE = "aws/aws-cdk#29626"


def check(template: Template) -> Iterator[Finding]:
    """A scalable target is made after what it scales, and deleted before."""
    account = Account({"stack": template})
    for target in account.of_type(SCALABLE_TARGET):
        found = scaled(account, target)
        if found and found.logical_id not in dependencies(template, target.logical_id):
            yield Finding(ISSUE, target.logical_id, f"may be made before {found.logical_id}, which it scales: make it depend on that")
