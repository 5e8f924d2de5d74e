from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from ml_constructs.foundation.handler_permissions import INTERFACE_ACTIONS, LIST_ACTIONS, TRACE_ACTIONS, execution_role


def statements(template: Template) -> list[dict[str, Any]]:
    policies = template.find_resources("AWS::IAM::Policy").values()
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_a_role_may_trace_and_nothing_else(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    execution_role(stack, "Role", placed=False)
    assert statements(template()) == [{"Action": list(TRACE_ACTIONS), "Effect": "Allow", "Resource": "*"}]


def test_the_role_of_a_placed_function_may_handle_interfaces_of_this_account_and_region(
    stack: cdk.Stack, template: Callable[[], Template]
) -> None:
    execution_role(stack, "Role", placed=True)
    here = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":ec2:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":*/*"]]}
    found = statements(template())
    assert {"Action": list(INTERFACE_ACTIONS), "Effect": "Allow", "Resource": here} in found
    assert {"Action": list(LIST_ACTIONS), "Effect": "Allow", "Resource": "*"} in found


def test_the_code_of_a_placed_function_may_not_handle_interfaces_itself(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    execution_role(stack, "Role", placed=True)
    functions = {
        "Fn::Join": [
            "",
            ["arn:", {"Ref": "AWS::Partition"}, ":lambda:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":function:*"],
        ]
    }
    denial = {
        "Action": sorted((*INTERFACE_ACTIONS, *LIST_ACTIONS)),
        "Condition": {"ArnLike": {"lambda:SourceFunctionArn": functions}},
        "Effect": "Deny",
        "Resource": "*",
    }
    assert denial in statements(template())
