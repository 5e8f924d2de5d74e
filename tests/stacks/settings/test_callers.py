import re
from typing import Any

import pytest
from pydantic import ValidationError

from ml_constructs.foundation.api_stage import Throttle
from stacks.settings.callers import CallerSettings, FrontAlarmSettings, RequestSettings

POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XyZ"


def read(**settings: Any) -> CallerSettings:
    return CallerSettings.model_validate(settings)


def plan(name: str, *clients: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "clients": clients, **more}


def test_identities_of_iam_ask_without_keys_by_default() -> None:
    settings = read()
    assert (settings.auth, settings.api, settings.plans, settings.endpoints) == ("iam", "regional", {}, ())
    assert settings.limits.value() == Throttle(requests_per_second=50, burst=100, requests_per_address=10_000)


def test_plans_are_known_by_name() -> None:
    (found,) = read(usage_plans=[plan("partners", "north", quota=5, period="DAY")]).plans.items()
    assert (found[0], found[1].clients, found[1].quota, found[1].period) == ("partners", ("north",), 5, "DAY")


def test_requests_become_options_and_a_form() -> None:
    settings = RequestSettings(content_types=("image/png",), max_bytes=5, timeout_seconds=3, json_schema={"type": "object"}, concurrency=2)
    options, form = settings.value(), settings.form("/texts")
    assert (options.content_types, options.max_request_bytes, options.timeout_seconds, options.max_concurrency) == (("image/png",), 5, 3, 2)
    assert (form.path, form.schema) == ("/texts", {"type": "object"})


def test_thresholds_are_passed_on() -> None:
    assert FrontAlarmSettings(latency_seconds=2).value().latency_seconds == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"users": {"client_ids": ["app"]}}, "users.client_ids must be left out unless users.pool_arn is given"),
        ({"users": {"pool_arn": POOL}}, "users.pool_arn must be left out unless auth is cognito, got arn:aws:cognito-idp"),
        ({"usage_plans": [plan("one", "a"), plan("One", "b")]}, "names that differ in more than case and dashes, got One, one"),
        ({"usage_plans": [plan("one", "a-b", "ab")]}, "clients that differ in more than case and dashes, got a-b, ab"),
        ({"usage_plans": [plan("one")]}, "at least 1"),
        ({"usage_plans": [plan("one", "a b")]}, "String should match pattern"),
    ],
)
def test_callers_that_cannot_be_told_apart_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


@pytest.mark.parametrize("settings", [{"max_bytes": 4_500_001}, {"timeout_seconds": 27}, {"content_types": []}, {"content_types": ["a"]}])
def test_requests_that_cannot_be_passed_on_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RequestSettings.model_validate(settings)
