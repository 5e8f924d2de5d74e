"""References to resources that the template does not define."""

from collections.abc import Iterator

from blueprints.checks.deployed import listed
from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import references, resources

ISSUE = "awslabs/generative-ai-cdk-constructs#1134"


def check(template: Template) -> Iterator[Finding]:
    """Every Ref, Fn::GetAtt, Fn::Sub and DependsOn leads somewhere; CloudFormation refuses the template otherwise."""
    known = template.get("Resources", {}).keys() | template.get("Parameters", {}).keys()
    for logical_id, resource in resources(template):
        named = references(resource.get("Properties", {})) | set(listed(resource.get("DependsOn")))
        for name in sorted(named - known):
            if not name.startswith("AWS::"):
                yield Finding(ISSUE, logical_id, f"refers to {name}, which the template does not define")
