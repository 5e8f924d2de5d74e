"""Endpoints whose scaled capacity is lost at the next update."""

from collections.abc import Iterator

from blueprints.checks.deployed import Account
from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import SCALABLE_TARGET, scaled

ISSUE = "hashicorp/terraform-provider-aws#49069"


def check(template: Template) -> Iterator[Finding]:
    """An endpoint that is scaled keeps its capacity when it is updated."""
    account = Account({"stack": template})
    for target in account.of_type(SCALABLE_TARGET):
        found = scaled(account, target)
        if found and found.type == "AWS::SageMaker::Endpoint" and not found.properties.get("RetainAllVariantProperties"):
            message = "is scaled, and every update sets it back to its initial capacity: set RetainAllVariantProperties"
            yield Finding(ISSUE, found.logical_id, message)
