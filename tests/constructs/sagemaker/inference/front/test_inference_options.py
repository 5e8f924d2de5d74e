import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cognito as cognito

from ml_constructs.foundation.firewall import BODY_RULES
from ml_constructs.sagemaker.inference.front.inference_options import LARGEST_REQUEST_BYTES, Access, InferenceOptions, RequestForm

LAMBDA_EVENT_BYTES = 6_291_556


def test_json_and_csv_of_a_megabyte_are_passed_on() -> None:
    options = InferenceOptions()
    assert (options.content_types, options.max_request_bytes, options.binary_types) == (("application/json", "text/csv"), 1_048_576, ())


def test_what_is_no_text_is_passed_on_as_bytes() -> None:
    text = ("application/json", "application/jsonlines", "application/vnd.api+json", "text/libsvm", "image/svg+xml")
    binary = ("application/x-npy", "application/x-recordio-protobuf", "image/png", "application/json-seq")
    assert InferenceOptions(content_types=(*text[:4], *binary)).binary_types == binary


def test_the_largest_request_fits_an_event_of_lambda_in_base64() -> None:
    assert LARGEST_REQUEST_BYTES * 4 / 3 + 64 * 1024 < LAMBDA_EVENT_BYTES


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"content_types": ()}, "content_types must name at least one media type, got none"),
        ({"content_types": ("Text/CSV",)}, "content_types must be media types in lower case such as text/csv, got 'Text/CSV'"),
        ({"content_types": ("text/csv; charset=utf-8",)}, "content_types must be media types"),
        ({"max_request_bytes": 0}, "max_request_bytes must be from 1 to 4500000, got 0"),
        ({"max_request_bytes": 4_500_001}, "max_request_bytes must be from 1 to 4500000, got 4500001"),
        ({"timeout_seconds": 27}, "timeout_seconds must be from 1 to 26, got 27"),
        ({"max_concurrency": 0}, "max_concurrency must be from 1 to 1000, got 0"),
    ],
)
def test_what_a_function_cannot_pass_on_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        InferenceOptions(**options)


def test_by_default_identities_of_iam_may_ask_on_the_internet_without_keys() -> None:
    access = Access()
    assert (access.users, access.endpoint, dict(access.plans), access.limits.requests_per_second) == (None, None, {}, 20)


def test_clients_need_a_pool_that_they_are_of() -> None:
    with pytest.raises(ValueError, match="allowed_clients must be left out without users, got one"):
        Access(allowed_clients=("one",))


@pytest.mark.parametrize(
    ("clients", "message"),
    [
        (("a",) * 21, "number of allowed_clients must be from 0 to 20, got 21"),
        (("a,b",), "allowed_clients must be ids of 1 to 128 letters, digits, _ and +, got 'a,b'"),
    ],
)
def test_what_cannot_be_clients_is_refused(clients: tuple[str, ...], message: str) -> None:
    users = cognito.UserPool.from_user_pool_id(cdk.Stack(), "Users", "eu-central-1_Abcdefghi")
    with pytest.raises(ValueError, match=re.escape(message)):
        Access(users=users, allowed_clients=clients)


def test_requests_go_to_predictions_and_may_have_any_form() -> None:
    assert (RequestForm().path, RequestForm().schema, RequestForm().counted_rules) == ("/predictions", None, BODY_RULES)
