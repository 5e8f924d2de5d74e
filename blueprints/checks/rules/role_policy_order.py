"""Resources that are created before their role may do what it is for."""

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import dependencies, references, resources

ISSUE = "aws/aws-cdk#10064"
# Types whose creation already uses the role, and the properties that name it.
ROLES = {
    "AWS::Bedrock::Agent": ("AgentResourceRoleArn",),
    "AWS::Bedrock::Flow": ("ExecutionRoleArn",),
    "AWS::Bedrock::KnowledgeBase": ("RoleArn",),
    "AWS::CloudTrail::Trail": ("CloudWatchLogsRoleArn",),
    "AWS::SageMaker::Domain": ("DefaultUserSettings",),
    "AWS::SageMaker::EndpointConfig": ("ExecutionRoleArn",),
    "AWS::SageMaker::FeatureGroup": ("RoleArn",),
    "AWS::SageMaker::Model": ("ExecutionRoleArn",),
    "AWS::SageMaker::Pipeline": ("RoleArn",),
    "AWS::StepFunctions::StateMachine": ("RoleArn",),
}
# Types that use the role of a function, and the property that names the function.
FUNCTIONS = {"AWS::Lambda::EventSourceMapping": "FunctionName", "AWS::CloudFormation::CustomResource": "ServiceToken"}


def _roles(template: Template, resource: Mapping[str, Any]) -> set[str]:
    properties = resource.get("Properties", {})
    kind = "AWS::CloudFormation::CustomResource" if resource["Type"].startswith("Custom::") else resource["Type"]
    used = set().union(*(references(properties.get(name)) for name in ROLES.get(kind, ())))
    for function in references(properties.get(FUNCTIONS.get(kind, ""))):
        used |= references(template["Resources"].get(function, {}).get("Properties", {}).get("Role"))
    return used


def check(template: Template) -> Iterator[Finding]:
    """Whatever uses a role when it is created depends on every policy of that role, not only on the role."""
    policies = dict(resources(template, "AWS::IAM::Policy", "AWS::IAM::RolePolicy"))
    for logical_id, resource in resources(template):
        roles = _roles(template, resource)
        before = dependencies(template, logical_id) if roles else set()
        for policy_id, policy in policies.items():
            attached = references(policy["Properties"].get("Roles")) | references(policy["Properties"].get("RoleName"))
            if attached & roles and policy_id not in before:
                yield Finding(ISSUE, logical_id, f"may be created before {policy_id}, a policy of its role: make it depend on the policy")
