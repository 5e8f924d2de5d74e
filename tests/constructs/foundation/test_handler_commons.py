import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation.handler_commons import (
    INTERFACE_ACTIONS,
    LIST_ACTIONS,
    POWERTOOLS_PARAMETER,
    POWERTOOLS_VERSION,
    PYTHON,
    TRACE_ACTIONS,
    HandlerCommons,
)


def arn(*parts: str) -> dict[str, Any]:
    service, resource = parts
    here = [f":{service}:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, f":{resource}"]
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, *here]]}


def statements(template: Template) -> list[dict[str, Any]]:
    (policy,) = template.find_resources("AWS::IAM::ManagedPolicy").values()
    found: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_a_stack_has_them_once(stack: cdk.Stack) -> None:
    scope = cdk.NestedStack(stack, "Nested")
    assert HandlerCommons.of(stack) is HandlerCommons.of(sns.Topic(stack, "Topic"))
    assert HandlerCommons.of(stack) is not HandlerCommons.of(scope)


def test_nothing_is_defined_before_it_is_needed(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    HandlerCommons.of(stack)
    assert template().to_json().get("Resources", {}) == {}


def test_powertools_is_looked_up_at_deployment_by_version(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    assert HandlerCommons.of(stack).powertools is HandlerCommons.of(stack).powertools
    template().has_parameter("*", {"Type": "AWS::SSM::Parameter::Value<String>", "Default": POWERTOOLS_PARAMETER})
    assert f"/aws/service/powertools/python/arm64/{PYTHON}/{POWERTOOLS_VERSION}" == POWERTOOLS_PARAMETER


def test_the_layer_is_the_version_that_the_tests_run_with(root: Path) -> None:
    pinned = re.search(r"^aws-lambda-powertools==(\S+)", (root / "requirements-local.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] == POWERTOOLS_VERSION


def test_tracing_allows_to_send_traces_and_nothing_else(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    assert HandlerCommons.of(stack).tracing is HandlerCommons.of(stack).tracing
    assert statements(template()) == [{"Action": list(TRACE_ACTIONS), "Effect": "Allow", "Resource": "*"}]


def test_interfaces_are_handled_in_this_account_and_region(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    assert HandlerCommons.of(stack).interfaces is HandlerCommons.of(stack).interfaces
    listing, handling, _ = statements(template())
    assert listing == {"Action": list(LIST_ACTIONS), "Effect": "Allow", "Resource": "*"}
    assert handling == {"Action": list(INTERFACE_ACTIONS), "Effect": "Allow", "Resource": arn("ec2", "*/*")}


def test_the_code_of_a_function_may_not_handle_interfaces_itself(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    assert HandlerCommons.of(stack).interfaces
    *_, denial = statements(template())
    assert denial == {
        "Action": sorted((*INTERFACE_ACTIONS, *LIST_ACTIONS)),
        "Condition": {"ArnLike": {"lambda:SourceFunctionArn": arn("lambda", "function:*")}},
        "Effect": "Deny",
        "Resource": "*",
    }


def test_the_policies_have_no_fixed_names(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    assert HandlerCommons.of(stack).tracing
    template().has_resource_properties("AWS::IAM::ManagedPolicy", {"ManagedPolicyName": Match.absent()})


def test_no_rule_is_left_unmet(stack: cdk.Stack, findings: Callable[[], dict[str, list[str]]]) -> None:
    commons = HandlerCommons.of(stack)
    assert commons.powertools
    assert commons.tracing
    assert commons.interfaces
    assert findings() == {}
