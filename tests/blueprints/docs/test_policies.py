from typing import Any

from blueprints.docs.policies import Statement, roles
from blueprints.docs.template import Template


def test_a_role_has_its_trust_and_its_inline_statements(template: Template) -> None:
    role = next(role for role in roles(template) if role.resource.id == "NoticeRole")
    assert role.services == ("textract.amazonaws.com",)
    assert role.statements == (Statement("Allow", ("sns:Publish",), ({"Ref": "Notices"},), {}),)


def test_attached_policies_count_too(body: dict[str, Any]) -> None:
    document = {"Statement": {"Effect": "Deny", "Action": ["s3:PutObject"], "Resource": "*"}}
    body["Resources"]["More"] = {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "StartRole"}], "PolicyDocument": document}}
    role = next(role for role in roles(Template(body)) if role.resource.id == "StartRole")
    assert role.statements[-1] == Statement("Deny", ("s3:PutObject",), ("*",), {})


def test_a_managed_policy_of_the_template_counts_with_its_statements(body: dict[str, Any]) -> None:
    document = {"Statement": [{"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}]}
    body["Resources"]["Common"] = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    body["Resources"]["StartRole"]["Properties"]["ManagedPolicyArns"] = [{"Ref": "Common"}]
    role = next(role for role in roles(Template(body)) if role.resource.id == "StartRole")
    assert (role.statements[-1].actions, role.managed) == (("xray:PutTraceSegments",), ())


def test_managed_policies_of_aws_are_listed(body: dict[str, Any]) -> None:
    body["Resources"]["StartRole"]["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    role = next(role for role in roles(Template(body)) if role.resource.id == "StartRole")
    assert role.managed == ("arn:aws:iam::aws:policy/ReadOnlyAccess",)
