from typing import Any

import pytest

from blueprints.checks.rules.efa_self_egress import check

SELF = {"Fn::GetAtt": ["Group", "GroupId"]}
EVERYWHERE = {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}


def template(direction: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    ingress = {"GroupId": SELF, "SourceSecurityGroupId": SELF, "IpProtocol": "-1"}
    return {
        "Resources": {
            "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupEgress": direction or []}},
            "Ingress": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": ingress},
        }
    }


@pytest.mark.parametrize("egress", [[], [EVERYWHERE]], ids=["no egress", "egress to every address"])
def test_finds_a_group_without_egress_to_itself(egress: list[dict[str, Any]]) -> None:
    assert [finding.logical_id for finding in check(template(egress))] == ["Group"]


def test_accepts_a_group_with_egress_to_itself() -> None:
    given = template()
    given["Resources"]["Egress"] = {
        "Type": "AWS::EC2::SecurityGroupEgress",
        "Properties": {"GroupId": SELF, "DestinationSecurityGroupId": SELF, "IpProtocol": "-1"},
    }
    assert list(check(given)) == []


def test_leaves_groups_alone_that_take_single_ports_from_themselves() -> None:
    given = template()
    given["Resources"]["Ingress"]["Properties"] |= {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    assert list(check(given)) == []
