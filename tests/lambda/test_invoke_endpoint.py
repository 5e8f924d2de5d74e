import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from blueprints.checks.handlers.calls import api_calls
from inference.settings import settings
from invoke_endpoint.handler import handler
from tests import inference_fakes
from tests.inference_fakes import VARIABLES, Runtime, counts, error, model_error, prediction, request

LAMBDA = Path(__file__).parents[2] / "lambda"
CODES = {
    "AccessDeniedException": (503, 1),
    "InternalDependencyException": (503, 4),
    "InternalFailure": (503, 4),
    "ModelNotReadyException": (429, 4),
    "ServiceUnavailable": (503, 4),
    "ThrottlingException": (429, 4),
    "ValidationError": (503, 1),
}
COUNTED = {429: {"ThrottlingException": "Throttles", "ModelNotReadyException": "NotReady"}, 503: "Unavailable"}


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    yield inference_fakes.installed(monkeypatch)
    settings.cache_clear()


def ask(context: Any, event: Any = None) -> tuple[int, Any]:
    response = handler(request() if event is None else event, context)
    return response["statusCode"], response["body"]


def test_the_body_and_its_type_go_to_the_model_and_the_models_come_back(runtime: Runtime, context: Any) -> None:
    response = handler(request("1,2\n3,4", "text/csv; charset=UTF-8"), context)
    assert runtime.calls == [
        {
            "EndpointName": "stack-endpoint-12345678",
            "ContentType": "text/csv; charset=UTF-8",
            "Body": b"1,2\n3,4",
            "InferenceId": "request",
        }
    ]
    assert (response["statusCode"], response["body"], response["isBase64Encoded"]) == (200, "0.75\n", False)
    assert response["headers"] == {
        "Content-Type": "text/csv; charset=utf-8",
        "x-request-id": "request",
        "x-model-variant": "AllTraffic",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def test_what_the_caller_accepts_is_told_unless_anything_will_do(runtime: Runtime, context: Any) -> None:
    handler(request(headers={"content-type": "text/csv", "ACCEPT": "application/json"}), context)
    handler(request(headers={"content-type": "text/csv", "accept": "*/*"}), context)
    assert [call.get("Accept") for call in runtime.calls] == ["application/json", None]


def test_bytes_go_both_ways(runtime: Runtime, context: Any) -> None:
    given_bytes, answered = bytes(range(256)), b"\x93NUMPY\xff"
    runtime.replies = [prediction(answered, "application/x-npy")]
    encoded = base64.b64encode(given_bytes).decode()
    response = handler(request(encoded, "application/x-npy", isBase64Encoded=True), context)
    assert runtime.calls[0]["Body"] == given_bytes
    assert response["isBase64Encoded"]
    assert base64.b64decode(response["body"]) == answered


def test_text_that_is_none_comes_back_as_bytes(runtime: Runtime, context: Any) -> None:
    runtime.replies = [prediction(b"\xff", "text/csv")]
    response = handler(request(), context)
    assert (response["body"], response["isBase64Encoded"]) == ("/w==", True)


@pytest.mark.parametrize("content_type", [None, "", "no type", "text/html\r\nSet-Cookie: a=b"])
def test_a_type_that_is_none_becomes_bytes(runtime: Runtime, context: Any, content_type: str | None) -> None:
    runtime.replies = [prediction(b"{}", content_type)]
    assert handler(request(), context)["headers"]["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("event", "status", "message"),
    [
        (request(""), 400, "The body must not be empty."),
        (request(None), 400, "The body must not be empty."),
        (request("\ud800"), 400, "The body must be well-formed UTF-8, or bytes of a binary content type."),
        (request("%%%", isBase64Encoded=True), 400, "The body must be well-formed UTF-8, or bytes of a binary content type."),
        (request("1" * 1001), 413, "The body must be at most 1000 bytes, got 1001."),
        (request("é" * 501), 413, "The body must be at most 1000 bytes, got 1002."),
        (request(content_type=None), 415, "The Content-Type must be one of application/json, text/csv, application/x-npy."),
        (request(content_type="text/html"), 415, "The Content-Type must be one of application/json, text/csv, application/x-npy."),
        (request(content_type="text/csv; charset=latin-1"), 415, "The charset of the Content-Type must be utf-8."),
        (request(headers={"Content-Type": "text/csv", "Accept": "é"}), 400, "Accept must be at most 1024 printable ASCII characters."),
        (
            request(headers={"Content-Type": "text/csv", "Accept": "a" * 1025}),
            400,
            "Accept must be at most 1024 printable ASCII characters.",
        ),
        ({}, 415, "The Content-Type must be one of application/json, text/csv, application/x-npy."),
    ],
)
def test_a_request_at_fault_is_refused_before_anything_is_called(
    runtime: Runtime, context: Any, printed: Callable[[], str], event: Any, status: int, message: str
) -> None:
    assert ask(context, event) == (status, json.dumps({"message": message, "request_id": "request"}))
    assert runtime.calls == []
    assert counts(printed()) == {"Refused": 1}


@pytest.mark.parametrize("size", [999, 1000])
def test_a_body_up_to_the_limit_is_passed_on(runtime: Runtime, context: Any, size: int) -> None:
    assert ask(context, request("1" * size))[0] == 200
    assert ask(context, request(base64.b64encode(b"1" * size).decode(), isBase64Encoded=True))[0] == 200


@pytest.mark.parametrize("code", CODES)
def test_each_error_has_its_status_and_passing_ones_are_asked_again(
    runtime: Runtime, context: Any, printed: Callable[[], str], code: str
) -> None:
    runtime.replies = [error(code)]
    response = handler(request(), context)
    status, attempts = CODES[code]
    assert (response["statusCode"], len(runtime.calls)) == (status, attempts)
    assert ("Retry-After" in response["headers"]) is (attempts > 1)
    counted = COUNTED[status]
    found = counts(printed())
    assert found.pop("Repeats", 0) == attempts - 1
    assert found == {counted if isinstance(counted, str) else counted[code]: 1}  # type: ignore[index]


@pytest.mark.parametrize(
    ("original", "status", "attempts", "counted"),
    [(400, 400, 1, "ModelRefusals"), (415, 400, 1, "ModelRefusals"), (500, 502, 4, "ModelErrors"), (0, 504, 1, "OutOfTime")],
)
def test_a_container_that_refuses_is_not_asked_again_and_one_that_fails_is(
    runtime: Runtime, context: Any, printed: Callable[[], str], original: int, status: int, attempts: int, counted: str
) -> None:
    runtime.replies = [model_error(original, "secret")]
    found, body = ask(context)
    assert (found, len(runtime.calls)) == (status, attempts)
    assert "secret" not in body
    assert (f"HTTP status {original}" in body) is (original > 0)
    assert counts(printed())[counted] == 1


def test_a_container_with_too_many_requests_is_asked_again_later(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    runtime.replies = [model_error(429, "secret")]
    response = handler(request(), context)
    assert (response["statusCode"], response["headers"]["Retry-After"], len(runtime.calls)) == (429, "1", 4)
    assert counts(printed()) == {"Repeats": 3, "Throttles": 1}


def test_what_passes_is_answered_after_all(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    runtime.replies = [error("ThrottlingException"), model_error(503), EndpointConnectionError(endpoint_url="x"), prediction()]
    assert ask(context)[0] == 200
    assert [bound * 0.5 <= waited <= bound for waited, bound in zip(runtime.waited, (0.2, 0.8, 2.4), strict=True)] == [True] * 3
    assert counts(printed()) == {"Repeats": 3, "Predictions": 1}


def test_a_call_that_ran_out_of_time_is_not_made_again(runtime: Runtime, context: Any) -> None:
    runtime.replies = [ReadTimeoutError(endpoint_url="x")]
    assert ask(context)[0] == 504
    assert len(runtime.calls) == 1


@pytest.mark.parametrize(("remaining_ms", "timeout"), [(29_000, 25), (22_000, 20), (6_500, 3), (3_000, 1)])
def test_a_call_waits_no_longer_than_there_is_time(runtime: Runtime, context: Any, remaining_ms: int, timeout: int) -> None:
    context.remaining_ms = remaining_ms
    assert ask(context)[0] == 200
    assert runtime.read_timeouts == [timeout]


def test_without_time_nothing_is_called(runtime: Runtime, context: Any) -> None:
    context.remaining_ms = 2_900
    status, body = ask(context)
    assert (status, runtime.calls) == (504, [])
    assert json.loads(body)["message"] == "There was no time left to ask the model. Ask again later."


def test_a_call_is_not_made_again_when_the_time_is_too_short(runtime: Runtime, context: Any) -> None:
    context.remaining_ms = 3_100
    runtime.replies = [error("ServiceUnavailable")]
    assert ask(context)[0] == 503
    assert len(runtime.calls) == 1


@pytest.mark.parametrize(("size", "status"), [(5_900_000, 200), (6_000_000, 502)])
def test_an_answer_that_a_function_cannot_give_is_the_models_fault(runtime: Runtime, context: Any, size: int, status: int) -> None:
    runtime.replies = [prediction(b"1" * size)]
    assert ask(context)[0] == status


def test_tokens_of_other_clients_are_refused(runtime: Runtime, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inference_fakes.configure(monkeypatch, ALLOWED_CLIENTS="one,two")
    assert ask(context, request(claims={"aud": "two"}))[0] == 200
    assert ask(context, request(claims={"aud": "three"}))[0] == 403
    assert ask(context, request())[0] == 403


@pytest.mark.parametrize(
    "variables", [{"MAX_REQUEST_BYTES": "0"}, {"MAX_REQUEST_BYTES": "6291457"}, {"TIMEOUT_SECONDS": "x"}, {"CONTENT_TYPES": ""}]
)
def test_settings_at_fault_are_an_error_of_the_function(
    runtime: Runtime, context: Any, monkeypatch: pytest.MonkeyPatch, printed: Callable[[], str], variables: dict[str, str]
) -> None:
    inference_fakes.configure(monkeypatch, **variables)
    assert ask(context)[0] == 500
    assert counts(printed()) == {"Faults": 1}


def test_a_missing_variable_is_an_error_of_the_function(runtime: Runtime, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENDPOINT_NAME")
    settings.cache_clear()
    assert ask(context)[0] == 500


def test_two_invocations_of_one_process_know_nothing_of_each_other(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    runtime.replies = [error("ValidationError"), prediction()]
    assert ask(context)[0] == 503
    printed()
    assert ask(context) == (200, "0.75\n")
    assert counts(printed()) == {"Predictions": 1}


MEMBERS = st.sampled_from(["headers", "body", "isBase64Encoded", "requestContext", "Content-Type", "authorizer", "claims"])
EVENTS = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.just("text/csv"),
    lambda inner: st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=8,
)


@given(event=EVENTS)
def test_whatever_comes_is_answered(event: Any) -> None:
    class Context:
        function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "f", 128, "arn", "request"

        def get_remaining_time_in_millis(self) -> int:
            return 30_000

    with pytest.MonkeyPatch.context() as patch:
        inference_fakes.installed(patch)
        assert handler(event, Context())["statusCode"] in (200, 400, 413, 415)
    settings.cache_clear()


def test_its_one_call_names_its_endpoint() -> None:
    assert {(call.service, call.method) for call in api_calls(LAMBDA, "invoke_endpoint", VARIABLES)} == {
        ("sagemaker-runtime", "invoke_endpoint")
    }
