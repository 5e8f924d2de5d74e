"""Names that stand in the way of a replacement."""

import functools
from collections.abc import Iterator

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from blueprints.checks.deployed import REGION, Account, Resource
from blueprints.checks.rules.finding import Finding, Template

ISSUE = "awslabs/generative-ai-cdk-constructs#1114"
# What AWS demands or advises names to start with.
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.CloudWatch.html
DEMANDED = ("aws-waf-logs-", "API-Gateway-Execution-Logs_", "/aws/rds/cluster/", "/aws/vendedlogs/")
# Others find them by their name, and CloudFormation changes their value in place.
NAMED_ON_PURPOSE = ("AWS::SSM::Parameter",)
STACK_ID = "'AWS::StackId'"


@functools.cache
def _optional_names(resource_type: str) -> frozenset[str]:
    """The properties that name resources of a type for good in their account, where CloudFormation would choose a name itself."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource_type).schema
    if len(schema.get("primaryIdentifier", [])) > 1:  # part of another resource, in which its name is unique
        return frozenset()
    own_name = f"{resource_type.rsplit('::', 1)[-1]}Name"
    fixed = [pointer.removeprefix("/properties/") for pointer in schema.get("createOnlyProperties", [])]
    return frozenset(name for name in fixed if name.endswith("Name") and own_name.endswith(name)).difference(schema.get("required", []))


@functools.cache
def _replaced_for(resource_type: str) -> frozenset[str]:
    """The properties that CloudFormation replaces resources of a type for."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource_type).schema
    return frozenset(pointer.removeprefix("/properties/") for pointer in schema.get("createOnlyProperties", []))


def _never_collides(template: Template, resource: Resource, name: str) -> bool:
    """Whether the name has a part of the stack's id in it, and nothing but another name replaces the resource."""
    given = template["Resources"][resource.logical_id]["Properties"][name]
    return STACK_ID in str(given) and _replaced_for(resource.type) == {name}


def check(template: Template) -> Iterator[Finding]:
    """No resource has a name that it could do without: a named one can't be replaced, nor deployed twice in an account."""
    for resource in Account({"stack": template}):
        if resource.type.startswith("AWS::") and resource.type not in NAMED_ON_PURPOSE:
            for name in _optional_names(resource.type).intersection(resource.properties):
                demanded = str(resource.properties[name]).startswith(DEMANDED)
                if not demanded and not _never_collides(template, resource, name):
                    yield Finding(ISSUE, resource.logical_id, f"has a fixed {name}: leave it out")
