"""Security groups for Elastic Fabric Adapter that let nothing out to themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.rules.finding import Finding, Template
from blueprints.checks.rules.graph import references, resources

ISSUE = "aws/aws-cdk#38558"
_ALL = "-1"


def _is_to_self(rule: Mapping[str, Any], peer: str, group: str) -> bool:
    return str(rule.get("IpProtocol")) == _ALL and group in references(rule.get(peer))


def _own_rules(template: Template, group: str, direction: str) -> Iterator[Mapping[str, Any]]:
    yield from template["Resources"][group].get("Properties", {}).get(f"SecurityGroup{direction}", [])
    for _, rule in resources(template, f"AWS::EC2::SecurityGroup{direction}"):
        if group in references(rule["Properties"].get("GroupId")):
            yield rule["Properties"]


def check(template: Template) -> Iterator[Finding]:
    """A group whose members send everything to each other allows it both ways; a rule to 0.0.0.0/0 does not count for EFA.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html
    """
    for logical_id, _ in resources(template, "AWS::EC2::SecurityGroup"):
        ingress = any(_is_to_self(rule, "SourceSecurityGroupId", logical_id) for rule in _own_rules(template, logical_id, "Ingress"))
        egress = any(_is_to_self(rule, "DestinationSecurityGroupId", logical_id) for rule in _own_rules(template, logical_id, "Egress"))
        if ingress and not egress:
            yield Finding(ISSUE, logical_id, "takes all traffic from itself and needs an egress rule for all traffic to itself as well")
