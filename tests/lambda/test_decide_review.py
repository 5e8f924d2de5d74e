import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from decide_review.decisions import parse
from decide_review.handler import handler
from documents import reviews
from documents.clients import client
from documents.errors import ConfigurationError

APPROVE = {"decision": "approve", "reviewer": "Ada"}
CORRECT = {"decision": "correct", "reviewer": "Ada", "corrections": [{"key": "Total", "value": "12"}]}


def request(method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "httpMethod": method,
        "path": path,
        "resource": path,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "requestContext": {"resourcePath": path, "identity": {"userArn": "arn:aws:iam::123456789012:user/ada"}},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


def answer(context: Any, *arguments: Any, **named: Any) -> tuple[int, dict[str, Any]]:
    response = handler(request(*arguments, **named), context)
    return response["statusCode"], json.loads(response["body"])


def decide(context: Any, body: Any, review_id: str = "review-1") -> tuple[int, dict[str, Any]]:
    return answer(context, "POST", f"/reviews/{review_id}/decision", body)


@pytest.fixture
def pending(cloud: Any) -> str:
    content = {"document": {"bucket": "b", "key": "k"}, "fields": [{"key": "Total", "value": "1", "confidence": 50.0}], "fields_total": 1}
    reviews.open_review("reviews", "review-1", content, task_token="TOKEN", retention_days=0)
    return "review-1"


def delivered(stub: Callable[[str], Stubber], outcome: str, corrections: list[dict[str, Any]] | None = None, comment: str = "") -> None:
    output = {"outcome": outcome, "reviewer": "Ada", "corrections": corrections or [], "comment": comment}
    stub("stepfunctions").add_response("send_task_success", {}, {"taskToken": "TOKEN", "output": json.dumps(output)})


def wrong(body: dict[str, Any]) -> list[str]:
    return [error["field"] for error in body["errors"]]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (APPROVE, "approved"),
        (APPROVE | {"decision": "reject", "comment": "blurred"}, "rejected"),
        (CORRECT, "corrected"),
        (CORRECT | {"corrections": [{"key": "Total", "value": "", "page": 3}]}, "corrected"),
    ],
)
def test_a_decision_is_recorded_and_wakes_the_workflow(
    cloud: Any, context: Any, pending: str, stub: Callable[[str], Stubber], body: dict[str, Any], outcome: str
) -> None:
    delivered(stub, outcome, body.get("corrections"), body.get("comment", ""))
    assert decide(context, body) == (200, {"id": pending, "status": "DECIDED", "outcome": outcome})
    review = cloud.item("reviews", pending)
    assert review["status"] == "DECIDED"
    assert review["decision"]["caller"] == "arn:aws:iam::123456789012:user/ada"
    assert "answered_at" in review


def test_a_decided_review_cannot_be_decided_again(context: Any, pending: str, stub: Callable[[str], Stubber]) -> None:
    delivered(stub, "approved")
    decide(context, APPROVE)
    assert decide(context, APPROVE)[0] == 409
    assert decide(context, CORRECT)[0] == 409


def test_an_unknown_review_is_not_found(cloud: Any, context: Any) -> None:
    assert decide(context, APPROVE)[0] == 404
    assert answer(context, "GET", "/reviews/absent")[0] == 404
    assert cloud.item("reviews", "review-1") == {}


@pytest.mark.parametrize("code", ["TaskTimedOut", "InvalidToken", "TaskDoesNotExist"])
def test_a_decision_after_the_workflow_went_on_expires_the_review(
    cloud: Any, context: Any, pending: str, stub: Callable[[str], Stubber], code: str
) -> None:
    stub("stepfunctions").add_client_error("send_task_success", code)
    assert decide(context, APPROVE)[0] == 410
    assert cloud.item("reviews", pending)["status"] == "EXPIRED"
    assert decide(context, APPROVE)[0] == 410


@pytest.mark.parametrize("code", ["KmsThrottlingException", "ThrottlingException"])
def test_a_decision_that_was_not_delivered_is_delivered_by_the_same_request(
    cloud: Any, context: Any, pending: str, stub: Callable[[str], Stubber], code: str
) -> None:
    stub("stepfunctions").add_client_error("send_task_success", code)
    assert decide(context, CORRECT)[0] == 503
    assert cloud.item("reviews", pending)["status"] == "DECIDED"
    assert decide(context, APPROVE)[0] == 409
    delivered(stub, "corrected", CORRECT["corrections"])  # type: ignore[arg-type]
    assert decide(context, CORRECT)[0] == 200
    assert decide(context, CORRECT)[0] == 409


def test_a_lost_connection_is_reported_as_undelivered(context: Any, pending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://states")

    monkeypatch.setattr(client("stepfunctions"), "send_task_success", lost)
    assert decide(context, APPROVE)[0] == 503


def test_a_crash_after_delivery_leaves_a_decided_review(cloud: Any, context: Any, pending: str, stub: Callable[[str], Stubber]) -> None:
    reviews.decide("reviews", pending, {**APPROVE, "corrections": [], "comment": "", "caller": "x"})
    stub("stepfunctions").add_client_error("send_task_success", "TaskTimedOut")
    assert decide(context, APPROVE)[0] == 409
    assert cloud.item("reviews", pending)["status"] == "DECIDED"


def test_a_permission_that_is_missing_is_an_error_for_the_operator(context: Any, pending: str, stub: Callable[[str], Stubber]) -> None:
    stub("stepfunctions").add_client_error("send_task_success", "KmsAccessDeniedException")
    with pytest.raises(ConfigurationError):
        decide(context, APPROVE)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (None, ["body"]),
        ("", ["body"]),
        ("no json", ["body"]),
        ([], ["body"]),
        ({}, ["decision", "reviewer"]),
        ({"decision": "maybe", "reviewer": " ", "extra": 1, "comment": 5}, ["extra", "decision", "reviewer", "comment"]),
        (APPROVE | {"reviewer": "x" * 257}, ["reviewer"]),
        (APPROVE | {"comment": "x" * 2001}, ["comment"]),
        (APPROVE | {"decision": ["approve"]}, ["decision"]),
        (APPROVE | {"corrections": [{"key": "a", "value": "b"}]}, ["corrections"]),
        (CORRECT | {"corrections": []}, ["corrections"]),
        (CORRECT | {"corrections": {"key": "a"}}, ["corrections"]),
        (CORRECT | {"corrections": None}, ["corrections"]),
        (
            CORRECT
            | {
                "corrections": [
                    {"key": "a", "value": "b"},
                    {"key": "", "value": "b"},
                    {"key": "a"},
                    {"key": "a", "value": 1},
                    7,
                    {"key": "a", "value": "b", "page": "1"},
                    {"key": "a", "value": "b", "page": True},
                    {"key": "a", "value": "b", "more": 1},
                ]
            },
            [f"corrections[{number}]" for number in range(1, 8)],
        ),
        (CORRECT | {"corrections": [{"key": "a", "value": "x" * 70_000}]}, ["corrections"]),
    ],
)
def test_everything_that_is_wrong_is_told_at_once(cloud: Any, context: Any, pending: str, body: Any, fields: list[str]) -> None:
    status, errors = decide(context, body)
    assert status == 400
    assert wrong(errors) == fields
    assert cloud.item("reviews", pending)["status"] == "PENDING"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["decision", "reviewer", "corrections", "comment", "key", "value"]), inner)
        ),
    )
)
def test_no_body_breaks_the_check(value: Any) -> None:
    decision, errors = parse(json.dumps(value))
    assert errors or decision["decision"] in {"approve", "correct", "reject"}


def test_a_review_is_shown_without_its_token(context: Any, pending: str) -> None:
    status, review = answer(context, "GET", f"/reviews/{pending}")
    assert status == 200
    assert review["fields"] == [{"key": "Total", "value": "1", "confidence": 50}]
    assert review["status"] == "PENDING"
    assert "TOKEN" not in json.dumps(review)


def test_reviews_are_listed_by_status_without_their_tokens(cloud: Any, context: Any, pending: str) -> None:
    reviews.open_review("reviews", "review-2", {}, task_token="TOKEN", retention_days=0)
    reviews.decide("reviews", "review-2", {"decision": "approve"})
    for query, expected in [(None, ["review-1"]), ({"status": "DECIDED"}, ["review-2"]), ({"status": "EXPIRED"}, [])]:
        status, page = answer(context, "GET", "/reviews", query=query)
        assert (status, [review["id"] for review in page["reviews"]], page["next"]) == (200, expected, None)
        assert "TOKEN" not in json.dumps(page)


def test_a_long_list_comes_in_pages(cloud: Any, context: Any) -> None:
    for number in range(5):
        reviews.open_review("reviews", f"review-{number}", {}, task_token="TOKEN", retention_days=0)
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        _, page = answer(context, "GET", "/reviews", query=query)
        assert len(page["reviews"]) <= 2
        seen += [review["id"] for review in page["reviews"]]
        if not page["next"]:
            break
        query = {"limit": "2", "next": page["next"]}
    assert seen == [f"review-{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"status": "OPEN"}, ["status"]),
        ({"limit": "0"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"limit": "-1"}, ["limit"]),
        ({"limit": "²"}, ["limit"]),
        ({"limit": "9" * 5000}, ["limit"]),
        ({"next": "%%%"}, ["next"]),
        ({"next": base64.b64encode(b"no json").decode()}, ["next"]),
        ({"next": base64.b64encode(b"[1]").decode()}, ["next"]),
        ({"next": base64.b64encode(b'{"id": 1}').decode()}, ["next"]),
        ({"status": "", "limit": "x", "next": "é"}, ["status", "limit", "next"]),
    ],
)
def test_a_wrong_query_is_told_at_once(cloud: Any, context: Any, query: dict[str, str], fields: list[str]) -> None:
    status, errors = answer(context, "GET", "/reviews", query=query)
    assert status == 400
    assert wrong(errors) == fields


def test_a_next_that_the_table_does_not_know_is_wrong(cloud: Any, context: Any, stub: Callable[[str], Stubber]) -> None:
    stub("dynamodb").add_client_error("query", "ValidationException")
    status, errors = answer(context, "GET", "/reviews", query={"next": base64.b64encode(b'{"other": "key"}').decode()})
    assert (status, wrong(errors)) == (400, ["next"])


def test_a_table_that_cannot_be_listed_is_an_error_for_the_operator(cloud: Any, context: Any, stub: Callable[[str], Stubber]) -> None:
    stub("dynamodb").add_client_error("query", "ValidationException")
    with pytest.raises(ConfigurationError):
        answer(context, "GET", "/reviews")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("DELETE", "/reviews/review-1"), ("POST", "/reviews"), ("GET", "/reviews/a/b/c")]
)
def test_other_routes_are_not_found(cloud: Any, context: Any, method: str, path: str) -> None:
    assert answer(context, method, path)[0] in (404, 405)
