from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk.assertions import Template

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.firewall import Filtering
from ml_constructs.foundation.protected_api import ProtectedApi
from ml_constructs.foundation.usage_plans import ClientPlan, UsagePlans

PLANS = {
    "partners": ClientPlan(clients=("north-sea", "south"), requests_per_second=5, burst=7, quota=1000, period="DAY"),
    "free": ClientPlan(clients=("trial",)),
}
Define = Callable[..., UsagePlans]


@pytest.fixture
def define(stack: cdk.Stack, defaults: HandlerDefaults) -> Define:
    def make(**plans: ClientPlan) -> UsagePlans:
        function = HandlerFunction(stack, "Echo", package="echo_event", defaults=defaults)
        api = ProtectedApi(stack, "Api", defaults=defaults, filtering=Filtering(name="Echoes"))
        api.add_method("POST", "/echoes", apigateway.LambdaIntegration(function, allow_test_invoke=False), key_required=True)
        return UsagePlans(stack, "Plans", api=api, plans=plans)

    return make


def properties(template: Template, kind: str) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in template.find_resources(f"AWS::ApiGateway::{kind}").items()}


def test_each_client_has_a_key_of_its_own_in_its_plan(define: Define, stack: cdk.Stack, template: Callable[[], Template]) -> None:
    plans = define(**PLANS)
    ids = {client: stack.resolve(key.key_id)["Ref"] for client, key in plans.keys.items()}
    of_plan = {name: stack.resolve(plan.usage_plan_id)["Ref"] for name, plan in plans.plans.items()}
    found = template()
    assert set(properties(found, "ApiKey")) == set(ids.values())
    assert {(each["KeyId"]["Ref"], each["UsagePlanId"]["Ref"]) for each in properties(found, "UsagePlanKey").values()} == {
        (ids["north-sea"], of_plan["partners"]),
        (ids["south"], of_plan["partners"]),
        (ids["trial"], of_plan["free"]),
    }


def test_a_plan_limits_each_of_its_clients_on_the_stage(define: Define, stack: cdk.Stack, template: Callable[[], Template]) -> None:
    plans = define(**PLANS)
    partners = properties(template(), "UsagePlan")[stack.resolve(plans.plans["partners"].usage_plan_id)["Ref"]]
    assert partners["Throttle"] == {"RateLimit": 5, "BurstLimit": 7}
    assert partners["Quota"] == {"Limit": 1000, "Period": "DAY"}
    assert [set(stage["Stage"]) for stage in partners["ApiStages"]] == [{"Ref"}]


def test_without_a_quota_clients_ask_as_often_as_they_like(define: Define, template: Callable[[], Template]) -> None:
    define(free=ClientPlan(clients=("trial",)))
    (plan,) = properties(template(), "UsagePlan").values()
    assert "Quota" not in plan
    assert plan["Throttle"] == {"RateLimit": 10, "BurstLimit": 20}


def test_methods_ask_for_a_key_beside_credentials(define: Define, template: Callable[[], Template]) -> None:
    define(**PLANS)
    (method,) = properties(template(), "Method").values()
    assert (method["ApiKeyRequired"], method["AuthorizationType"]) == (True, "AWS_IAM")


def test_keys_and_plans_have_no_names_that_another_deployment_could_have(define: Define, template: Callable[[], Template]) -> None:
    define(**PLANS)
    found = template()
    assert not [each for each in properties(found, "ApiKey").values() if "Name" in each or "Value" in each]
    assert not [each for each in properties(found, "UsagePlan").values() if "UsagePlanName" in each]


def test_the_rule_packs_find_nothing(define: Define, findings: Callable[[], dict[str, list[str]]]) -> None:
    define(**PLANS)
    assert findings() == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"requests_per_second": 0}, "requests_per_second must be from 1 to 10000, got 0"),
        ({"burst": 5001}, "burst must be from 1 to 5000, got 5001"),
        ({"quota": 0}, "quota must be at least 1, got 0"),
        ({"period": "YEAR"}, "period must be one of DAY, WEEK, MONTH, got 'YEAR'"),
        ({"clients": ()}, "clients must name at least one client, got none"),
        ({"clients": ("a b",)}, "clients must be names of 1 to 64 letters, digits and -, a letter first, got 'a b'"),
    ],
)
def test_plans_that_api_gateway_does_not_have_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ClientPlan(**{"clients": ("one",), **options})


@pytest.mark.parametrize(
    ("plans", "message"),
    [
        ({}, "plans must have at least one plan, got none"),
        ({"a b": PLANS["free"]}, "plans must be named by 1 to 64 letters, digits and -, a letter first, got 'a b'"),
        ({"one": PLANS["free"], "two": PLANS["free"]}, "clients must be named differently, got Trial twice"),
        ({"one": PLANS["free"], "One": PLANS["partners"]}, "plans must be named differently, got One twice"),
    ],
)
def test_plans_and_clients_that_cannot_be_told_apart_are_refused(define: Define, plans: dict[str, ClientPlan], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        define(**plans)
