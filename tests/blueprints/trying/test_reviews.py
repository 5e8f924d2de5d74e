import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.error import HTTPError

import pytest

from blueprints.trying.reviews import ReviewApi, reachable
from tests.blueprints.trying.conftest import Serve

REVIEWS = {"r1": {"id": "r1", "document": {"key": "a.pdf"}, "fields": [{"key": "Date"}]}, "r2": {"id": "r2", "fields": []}}


class Api:
    """A review API on loopback that answers decisions with what it is told to."""

    def __init__(self, serve: Serve) -> None:
        self.requests: list[tuple[str, str, Any, str]] = []
        self.status = 200
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.requests.append(("GET", self.path, None, self.headers["Authorization"]))
                pending = [{"id": name} for name in REVIEWS]
                self._answer(200, {"reviews": pending} if "?" in self.path else REVIEWS[self.path.rsplit("/", 1)[-1]])

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                api.requests.append(("POST", self.path, body, self.headers["Authorization"]))
                self._answer(api.status, {})

            def _answer(self, status: int, body: Any) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

        self.url = f"{serve(Handler)}/prod/"

    @property
    def decisions(self) -> list[tuple[str, Any]]:
        return [(path, body) for method, path, body, _ in self.requests if method == "POST"]


class Aws:
    endpoint_url = "http://127.0.0.1:1"
    environment = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def api(serve: Serve) -> Api:
    return Api(serve)


@pytest.fixture
def reviews(api: Api) -> ReviewApi:
    return ReviewApi(Aws(), api.url)  # type: ignore[arg-type]


def test_every_waiting_review_is_approved_in_the_name_of_this_command(api: Api, reviews: ReviewApi) -> None:
    assert [review["fields"] for review in reviews.approve_pending()] == [[{"key": "Date"}], []]
    decision = {"decision": "approve", "reviewer": "try"}
    assert api.decisions == [("/prod/reviews/r1/decision", decision), ("/prod/reviews/r2/decision", decision)]


def test_every_request_is_signed(api: Api, reviews: ReviewApi) -> None:
    list(reviews.approve_pending())
    assert all("Credential=AKID/" in signature and "/us-east-1/execute-api/" in signature for *_, signature in api.requests)


@pytest.mark.parametrize("status", [409, 410])
def test_a_review_that_is_settled_already_is_passed_over(api: Api, reviews: ReviewApi, status: int) -> None:
    api.status = status
    assert [list(reviews.approve_pending()) for _ in range(4)] == [[]] * 4


def test_a_refused_decision_is_sent_again_before_it_counts_as_a_failure(api: Api, reviews: ReviewApi) -> None:
    api.status = 503
    assert [list(reviews.approve_pending()) for _ in range(2)] == [[], []]
    with pytest.raises(HTTPError):
        list(reviews.approve_pending())


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("https://abc123.execute-api.us-east-1.amazonaws.com/prod/", "http://127.0.0.1:4566/_aws/execute-api/abc123/prod"),
        ("http://127.0.0.1:4566/_aws/execute-api/abc123/prod/", "http://127.0.0.1:4566/_aws/execute-api/abc123/prod"),
    ],
)
def test_a_public_address_is_answered_inside_this_machine(url: str, reached: str) -> None:
    assert reachable("http://127.0.0.1:4566", url) == reached
