import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from hypothesis import given
from hypothesis import strategies as st

from blueprints.checks.handlers.calls import api_calls
from inference.settings import settings
from invoke_tenant_model.handler import handler
from tests import inference_fakes
from tests.inference_fakes import VARIABLES, Runtime, counts, error, model_error, prediction, request

LAMBDA = Path(__file__).parents[2] / "lambda"
OWN = {"TARGET_PREFIX": "tenants/", "TENANT_CLAIM": "custom:tenant"}
NOT_FETCHED = "Failed to download model data(bucket: models, key: models/tenants/acme/churn.tar.gz). Please ensure that there is an object"
NO_NAME = "The name of a model must be 1 to 128 letters and digits, with single dots, dashes or underscores between them."
NO_TENANT = "The token names no tenant: ask whoever manages the users of this deployment."


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    yield inference_fakes.installed(monkeypatch, **OWN)
    settings.cache_clear()


def asking(model: Any = "churn", tenant: Any = "acme", **members: Any) -> dict[str, Any]:
    claims = {} if tenant is None else {"custom:tenant": tenant}
    return request(claims={"sub": "somebody", **claims}) | {"pathParameters": {"model": model}} | members


def ask(context: Any, event: Any) -> tuple[int, str]:
    response = handler(event, context)
    return response["statusCode"], json.loads(response["body"])["message"] if response["statusCode"] != 200 else response["body"]


def test_the_token_says_whose_model_is_asked_and_the_path_which(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    assert ask(context, asking("churn.v2")) == (200, "0.75\n")
    assert runtime.calls == [
        {
            "EndpointName": "stack-endpoint-12345678",
            "ContentType": "text/csv",
            "Body": b"1,2,3",
            "InferenceId": "request",
            "TargetModel": "tenants/acme/churn.v2.tar.gz",
        }
    ]
    assert counts(printed()) == {"Predictions": 1}


@pytest.mark.parametrize("tenant", ["a", "acme", "shop-001", "ACME.Bank_2", "a" * 128])
def test_names_of_tenants_are_taken_as_they_are(runtime: Runtime, context: Any, tenant: str) -> None:
    assert ask(context, asking(tenant=tenant))[0] == 200
    assert runtime.calls[0]["TargetModel"] == f"tenants/{tenant}/churn.tar.gz"


@pytest.mark.parametrize(
    "tenant",
    [
        *(None, "", " ", "..", ".", "acme/", "/acme", "acme/../other", "acme bank", "acme\n", "acmé", "*", "a" * 129, "-acme", "acme-"),
        *("a..b", "a%2Fb", "a\\b", 7, True, ["acme"], {"acme": 1}),
    ],
)
def test_without_a_usable_tenant_nothing_is_asked(runtime: Runtime, context: Any, printed: Callable[[], str], tenant: Any) -> None:
    assert ask(context, asking(tenant=tenant)) == (403, NO_TENANT)
    assert runtime.calls == []
    assert counts(printed()) == {"Refused": 1}


@pytest.mark.parametrize(
    "context_of_request", [{}, {"authorizer": {}}, {"authorizer": {"claims": None}}, {"authorizer": {"claims": "acme"}}]
)
def test_who_has_no_claims_is_refused(runtime: Runtime, context: Any, context_of_request: Any) -> None:
    identity = {"identity": {"userArn": "arn:aws:iam::123456789012:user/ada"}}
    assert ask(context, asking(requestContext=identity | context_of_request)) == (403, NO_TENANT)
    assert runtime.calls == []


@pytest.mark.parametrize(
    "model",
    [
        *(
            None,
            "",
            ".",
            "..",
            "../other/churn",
            "a/b",
            "/churn",
            "churn/",
            "a..b",
            ".churn",
            "churn.",
            "a--b",
            "churn ",
            "churn\n",
            "a\0b",
        ),
        *("a%2fb", "..%2fother", "a\\b", "chürn", "*", "?", "a" * 129, 7, ["churn"]),
    ],
)
def test_what_cannot_be_the_name_of_a_model_is_refused(runtime: Runtime, context: Any, model: Any) -> None:
    assert ask(context, asking(model)) == (400, NO_NAME)
    assert runtime.calls == []


@pytest.mark.parametrize("parameters", [None, {}, [], "churn", {"name": "churn"}])
def test_a_request_that_names_no_model_is_refused(runtime: Runtime, context: Any, parameters: Any) -> None:
    assert ask(context, asking(pathParameters=parameters)) == (400, NO_NAME)


def test_a_model_that_is_not_there_is_unknown_and_counted(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    runtime.replies = [error("ValidationError", message=NOT_FETCHED)]
    assert ask(context, asking()) == (404, "There is no such model.")
    assert len(runtime.calls) == 1
    assert counts(printed()) == {"MissingModels": 1, "Refused": 1}


def test_other_refusals_of_sagemaker_are_not_taken_for_it(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    runtime.replies = [error("ValidationError", message="Endpoint not found.")]
    assert ask(context, asking())[0] == 503
    assert counts(printed()) == {"Unavailable": 1}


def test_a_model_that_is_being_loaded_is_asked_again_and_then_reported(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    runtime.replies = [error("ModelNotReadyException", 429)]
    response = handler(asking(), context)
    assert (response["statusCode"], response["headers"]["Retry-After"], len(runtime.calls)) == (429, "5", 4)
    assert {call["TargetModel"] for call in runtime.calls} == {"tenants/acme/churn.tar.gz"}
    assert counts(printed()) == {"NotReady": 1, "Repeats": 3}


def test_a_model_that_is_loaded_meanwhile_answers(runtime: Runtime, context: Any) -> None:
    runtime.replies = [error("ModelNotReadyException", 429), prediction()]
    assert ask(context, asking())[0] == 200


def test_what_the_model_refuses_is_the_callers_to_mend(runtime: Runtime, context: Any) -> None:
    runtime.replies = [model_error(400)]
    assert ask(context, asking()) == (400, "The model refuses the request with HTTP status 400.")


def test_tokens_of_other_clients_are_refused_before_their_tenant_is_read(
    runtime: Runtime, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inference_fakes.configure(monkeypatch, **OWN, ALLOWED_CLIENTS="one")
    assert ask(context, asking())[0] == 403
    assert runtime.calls == []


@pytest.mark.parametrize(
    "variables",
    [{"TENANT_CLAIM": ""}, {"TARGET_PREFIX": ""}, {"TARGET_PREFIX": "tenants"}, {"TARGET_PREFIX": "../"}, {"TARGET_PREFIX": "/"}],
)
def test_settings_at_fault_are_an_error_of_the_function(
    runtime: Runtime, context: Any, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    inference_fakes.configure(monkeypatch, **OWN | variables)
    assert ask(context, asking())[0] == 500
    assert runtime.calls == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["other", "../other/churn", "tenants/other/churn"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["custom:tenant", "model", "tenant", "claims"]), inner),
    max_leaves=6,
)
MODELS = st.text(max_size=12) | st.from_regex(re.compile(r"[a-z./%_-]{1,9}"), fullmatch=True) | ANYTHING
WRITTEN = st.sampled_from(
    [
        "queryStringParameters",
        "headers",
        "multiValueHeaders",
        "multiValueQueryStringParameters",
        "stageVariables",
        "path",
        "resource",
        "TargetModel",
    ]
)


class Context:
    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "f", 128, "arn", "request"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@given(model=MODELS, body=st.text(min_size=1, max_size=20), others=st.dictionaries(WRITTEN, ANYTHING))
def test_whatever_a_request_says_its_target_is_a_model_of_the_callers_tenant(model: Any, body: str, others: dict[str, Any]) -> None:
    typed = {"Content-Type": "text/csv"}
    headers = typed | others["headers"] if isinstance(others.get("headers"), dict) else typed
    event = asking(model) | others | {"headers": headers, "body": body}
    with pytest.MonkeyPatch.context() as patch:
        runtime = inference_fakes.installed(patch, **OWN)
        status = handler(event, Context())["statusCode"]
    settings.cache_clear()
    targets = [call["TargetModel"] for call in runtime.calls]
    assert status in (200, 400, 413)
    assert len(targets) == (status == 200)
    assert all(re.fullmatch(r"tenants/acme/[A-Za-z0-9][A-Za-z0-9._-]*\.tar\.gz", target) and ".." not in target for target in targets)


@given(tenant=st.text(max_size=12) | ANYTHING)
def test_whatever_a_claim_holds_no_folder_but_one_is_named_by_it(tenant: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        runtime = inference_fakes.installed(patch, **OWN)
        status = handler(asking(tenant=tenant), Context())["statusCode"]
    settings.cache_clear()
    assert status in (200, 403)
    assert [call["TargetModel"] for call in runtime.calls] == [f"tenants/{tenant}/churn.tar.gz"] * (status == 200)
    assert all(call["TargetModel"].count("/") == 2 for call in runtime.calls)


CANARY = "canary7Q"


@pytest.mark.parametrize(
    "raised", [error("ValidationError", message=f"{NOT_FETCHED} {CANARY}"), model_error(500, CANARY), ValueError(CANARY)]
)
def test_neither_tenant_nor_model_nor_request_is_told_to_logs(
    runtime: Runtime,
    context: Any,
    printed: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    raised: Any,
) -> None:
    def failing(*_: Any) -> None:
        raise raised

    monkeypatch.setattr(BaseClient, "_make_api_call", failing)
    response = handler(asking(CANARY, CANARY, body=CANARY), context)
    assert response["statusCode"] in (404, 500, 502)
    assert CANARY not in json.dumps(response) + printed() + caplog.text + "".join(str(vars(record)) for record in caplog.records)


def test_its_one_call_names_its_endpoint() -> None:
    calls = api_calls(LAMBDA, "invoke_tenant_model", VARIABLES | OWN)
    assert {(call.service, call.method) for call in calls} == {("sagemaker-runtime", "invoke_endpoint")}
