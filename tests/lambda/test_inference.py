from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from inference import errors
from inference.callers import claims_of
from inference.clients import client
from inference.deadlines import Deadline
from inference.endpoint import Prediction, invoke
from inference.requests import Request, header, parse
from inference.responses import LARGEST_RESPONSE_BYTES, failure, success
from inference.runtime import named
from inference.serving import served
from inference.settings import Settings, settings
from tests import inference_fakes
from tests.inference_fakes import Runtime, counts, error, prediction, request

SETTINGS = Settings(endpoint_name="endpoint", content_types=("text/csv",), max_request_bytes=10, timeout_seconds=5)


@dataclass(frozen=True, kw_only=True)
class TenantSettings(Settings):
    """What another kind of endpoint is told beside."""

    tenant_claim: str
    retries: int = 2


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    yield inference_fakes.installed(monkeypatch)
    settings.cache_clear()


def test_another_kind_reads_its_own_settings_beside_the_shared_ones(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANT_CLAIM", "custom:tenant")
    told = settings(TenantSettings)
    assert (told.tenant_claim, told.retries, told.endpoint_name) == ("custom:tenant", 2, "stack-endpoint-12345678")
    assert told.content_types == ("application/json", "text/csv", "application/x-npy")


def test_everything_that_is_missing_is_told_at_once(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENDPOINT_NAME")
    monkeypatch.setenv("RETRIES", "some")
    settings.cache_clear()
    with pytest.raises(errors.ConfigurationError, match="ENDPOINT_NAME is missing; TENANT_CLAIM is missing; RETRIES does not parse"):
        settings(TenantSettings)


def test_another_kind_names_what_it_asks_for(runtime: Runtime, context: Any) -> None:
    target = {"TargetModel": "tenants/north/sales.tar.gz"}
    invoke(Request(b"1", "text/csv"), SETTINGS, Deadline(context), "id", target)
    assert runtime.calls[0]["TargetModel"] == "tenants/north/sales.tar.gz"


def test_another_kind_is_served_by_a_decorator(context: Any, printed: Callable[[], str]) -> None:
    @served
    def handler(event: Any, _context: Any) -> Prediction:
        if not event:
            raise errors.UnknownModel("NO_MODEL", "There is no such model.")
        return Prediction(b"[1]", "application/json", "")

    answered = handler({"body": "1"}, context)
    assert (answered["statusCode"], answered["body"]) == (200, "[1]")
    assert "x-model-variant" not in answered["headers"]
    assert handler({}, context)["statusCode"] == 404
    assert counts(printed()) == {"Predictions": 1, "Refused": 1}


@pytest.mark.parametrize("name", ["Content-Type", "content-type", "CONTENT-TYPE"])
def test_headers_are_found_however_they_are_written(name: str) -> None:
    assert header({"headers": {"Accept": "a", name: " text/csv "}}, "content-type") == "text/csv"


@pytest.mark.parametrize("event", [None, {}, {"headers": None}, {"headers": []}, {"headers": {"content-type": 1}}])
def test_headers_that_are_not_there_are_empty(event: Any) -> None:
    assert header(event, "content-type") == ""


def test_the_type_is_compared_without_its_parameters() -> None:
    assert parse(request("1", "Text/CSV; header=absent"), SETTINGS).content_type == "Text/CSV; header=absent"


def test_claims_are_those_of_the_authorizer() -> None:
    assert claims_of(request(claims={"sub": "1"}), SETTINGS) == {"sub": "1"}
    assert claims_of(request(), SETTINGS) == {}
    assert claims_of({"requestContext": {"authorizer": "x"}}, SETTINGS) == {}


@pytest.mark.parametrize(("remaining_ms", "most", "expected"), [(30_000, 25, 25), (30_000, 7, 7), (9_500, 25, 5), (900_000, 480, 480)])
def test_a_call_may_take_what_it_is_given_and_what_is_left(context: Any, remaining_ms: int, most: int, expected: int) -> None:
    context.remaining_ms = remaining_ms
    assert Deadline(context).read_seconds(most) == expected


def test_clients_are_kept_and_never_repeat_a_call_themselves() -> None:
    found = client("sagemaker-runtime", 5)
    assert found is client("sagemaker-runtime", 5)
    assert found.meta.config.retries == {"total_max_attempts": 1, "mode": "standard"}


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (error("413", 413), errors.TooLarge),
        (error("Other", 530), errors.Unavailable),
        (error("Other", 400), errors.ConfigurationError),
        (error("ModelError", 424), errors.OutOfTime),
        (error("ModelError", 424, OriginalStatusCode=599), errors.ModelFailed),
        (EndpointConnectionError(endpoint_url="x"), errors.Unavailable),
        (ValueError("secret"), errors.Unexpected),
        (errors.Refused("BODY", "No."), errors.Refused),
    ],
)
def test_every_error_has_a_name(raised: Exception, kind: type[errors.InferenceError]) -> None:
    with pytest.raises(type(raised)) as caught:
        raise raised
    assert type(named(caught.value)) is kind
    assert "secret" not in named(caught.value).message


def test_every_error_counts_as_something() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.InferenceError)]
    assert [kind.__name__ for kind in kinds if not kind.metric] == ["InferenceError"]


def test_errors_that_pass_say_when() -> None:
    answered = failure(errors.NotReady("X", "Wait."), "request")
    assert (answered["statusCode"], answered["headers"]["Retry-After"]) == (429, "5")
    assert "Retry-After" not in failure(errors.ModelFailed("X", "No."), "request")["headers"]


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("text/csv", False),
        ("application/json; charset=utf-8", False),
        ("application/vnd.model+json", False),
        ("application/jsonlines", False),
        ("application/json-seq", True),
        ("image/png", True),
    ],
)
def test_text_is_answered_as_text_and_everything_else_as_bytes(content_type: str, encoded: bool) -> None:
    assert success(Prediction(b"1", content_type, "v"), "request")["isBase64Encoded"] is encoded


def test_escapes_count_for_the_size_of_an_answer() -> None:
    half = LARGEST_RESPONSE_BYTES // 2
    assert success(Prediction(b"1" * half, "text/csv", ""), "request")["statusCode"] == 200
    with pytest.raises(errors.ModelFailed, match="RESPONSE_SIZE"):
        success(Prediction(b'"' * half, "text/csv", ""), "request")


def test_what_a_container_takes_back_is_read_whole(runtime: Runtime, context: Any) -> None:
    runtime.replies = [prediction(b"12", None)]
    assert invoke(Request(b"1", "text/csv"), SETTINGS, Deadline(context), "id") == Prediction(b"12", "", "AllTraffic")
