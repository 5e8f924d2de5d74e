from pathlib import Path

from blueprints.checks.deployed import Account
from blueprints.checks.endpoints import endpoints_called, endpoints_defined, stopped_at_endpoints
from blueprints.checks.permissions import Need

HANDLER = "import boto3\ndef handler(event, context):\n    boto3.client('stepfunctions').start_execution(stateMachineArn='x')\n"


def account(**function: object) -> Account:
    service = {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, ".ecr.api"]]}
    resources = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "work.handler.handler", **function}},
        "Endpoint": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"ServiceName": service}},
    }
    return Account({"s": {"Resources": resources}})


def test_services_that_functions_in_a_network_call_are_named_like_their_endpoints(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "handler.py").write_text(HANDLER)
    assert endpoints_called(account(VpcConfig={"SubnetIds": ["a"]}), tmp_path) == {"states": {"work"}}


def test_functions_outside_of_networks_need_no_endpoint(tmp_path: Path) -> None:
    assert endpoints_called(account(), tmp_path) == {}


def test_the_endpoints_of_the_templates_are_found() -> None:
    assert endpoints_defined(account()) == {"ecr.api"}


def test_a_call_that_the_policy_of_an_endpoint_forbids_is_stopped() -> None:
    def statement(**condition: str) -> dict[str, object]:
        return {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*", "Condition": {"StringEquals": condition}}

    def stopped(**condition: str) -> list[str]:
        endpoint = {"ServiceName": "com.amazonaws.us-east-1.sqs", "PolicyDocument": {"Statement": [statement(**condition)]}}
        function = {"Role": "arn:aws:iam::111122223333:role/a", "VpcConfig": {"SubnetIds": ["a"]}}
        resources = {
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Endpoint": {"Type": "AWS::EC2::VPCEndpoint", "Properties": endpoint},
        }
        needs = [
            Need("arn:aws:iam::111122223333:role/a", "sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q", "by way of the endpoint"),
            Need("arn:aws:iam::111122223333:role/a", "textract:AnalyzeID", "*", "no endpoint"),
            Need("arn:aws:iam::111122223333:role/b", "sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q", "no network"),
        ]
        return [need.reason for need in stopped_at_endpoints(Account({"s": {"Resources": resources}}), needs)]

    assert stopped(**{"aws:PrincipalAccount": "111122223333", "aws:ResourceAccount": "111122223333"}) == []
    assert stopped(**{"aws:PrincipalAccount": "444455556666"}) == ["by way of the endpoint"]
