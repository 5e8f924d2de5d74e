from pathlib import Path

from blueprints.checks.deployed import Account
from blueprints.checks.endpoints import endpoints_called, endpoints_defined

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
