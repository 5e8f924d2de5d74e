import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from ml_constructs.foundation.api_stage import Throttle, only_through, stage_options


@pytest.fixture
def stage(stack: cdk.Stack, template: Callable[[], Template]) -> Callable[..., Any]:
    """The properties of a stage."""

    def look(*, limits: Throttle | None = None, signed: bool = True) -> Any:
        access_logs = logs.LogGroup(stack, "Logs")
        options = stage_options(access_logs, limits or Throttle(), signed=signed)
        apigateway.RestApi(stack, "Api", deploy_options=options).root.add_method("GET")
        (found,) = template().find_resources("AWS::ApiGateway::Stage").values()
        return found["Properties"]

    return look


def test_a_stage_is_throttled_traced_and_logged_without_what_is_said(stage: Callable[..., Any]) -> None:
    found = stage()
    (settings,) = found["MethodSettings"]
    assert settings["DataTraceEnabled"] is False
    assert (settings["LoggingLevel"], settings["MetricsEnabled"]) == ("ERROR", True)
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (20, 40)
    assert found["TracingEnabled"] is True


def test_a_line_for_each_request_names_the_caller_by_credentials(stage: Callable[..., Any]) -> None:
    line = json.loads(stage()["AccessLogSetting"]["Format"])
    assert {line["caller"], line["user"]} == {"$context.identity.caller", "$context.identity.user"}
    assert "subject" not in line


def test_the_subject_of_a_token_is_logged_where_callers_have_one(stage: Callable[..., Any]) -> None:
    line = json.loads(stage(signed=False)["AccessLogSetting"]["Format"])
    assert line["subject"] == "$context.authorizer.claims.sub"
    assert line["status"] == "$context.status"


def test_limits_can_be_chosen(stage: Callable[..., Any]) -> None:
    (settings,) = stage(limits=Throttle(requests_per_second=5, burst=7))["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (5, 7)


def test_a_policy_lets_callers_in_through_one_endpoint(stack: cdk.Stack) -> None:
    endpoint = ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
        stack, "Endpoint", port=443, security_groups=[], vpc_endpoint_id="vpce-0123456789abcdef0"
    )
    allowed, denied = stack.resolve(only_through(endpoint, iam.AccountPrincipal("111122223333")))["Statement"]
    assert allowed["Effect"] == "Allow"
    assert "111122223333" in str(allowed["Principal"])
    assert (denied["Effect"], denied["Principal"]) == ("Deny", {"AWS": "*"})
    assert denied["Condition"] == {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}


@pytest.mark.parametrize(("name", "value", "most"), [("requests_per_second", 0, 10000), ("burst", 5001, 5000)])
def test_limits_beyond_those_of_an_account_are_refused(name: str, value: int, most: int) -> None:
    with pytest.raises(ValueError, match=f"{name} must be 1 to {most}, got {value}"):
        Throttle(**{name: value})
