"""Names that stand in the way of a replacement."""

from collections.abc import Iterator

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from blueprints.checks.deployed import REGION
from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import resources

ISSUE = "awslabs/generative-ai-cdk-constructs#1114"
# Others find them by their name, and CloudFormation changes their value in place.
NAMED_ON_PURPOSE = ("AWS::SSM::Parameter",)


def _optional_name(resource_type: str) -> str | None:
    """The property that names resources of a type, where CloudFormation would choose a name itself."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource_type).schema
    identifier = schema.get("primaryIdentifier", [])
    name = identifier[0].removeprefix("/properties/") if len(identifier) == 1 else ""
    settable = name in schema.get("properties", {}) and identifier[0] not in schema.get("readOnlyProperties", [])
    return name if settable and name not in schema.get("required", []) else None


def check(template: Template) -> Iterator[Finding]:
    """No resource has a name that it could do without: a named one can't be replaced, nor deployed twice in an account."""
    for logical_id, resource in resources(template):
        kind = resource["Type"]
        if kind.startswith("AWS::") and kind not in NAMED_ON_PURPOSE:
            name = _optional_name(kind)
            if name in resource.get("Properties", {}):
                yield Finding(ISSUE, logical_id, f"has a fixed {name}: leave it out")
