import json
from http.server import BaseHTTPRequestHandler

import pytest
from botocore.credentials import Credentials

from blueprints.trying.answers import Answers, Reply, bearer, key_of, server_sent_events, signed
from tests.blueprints.trying.conftest import Serve

ANSWER = {
    "outcome": "answered",
    "answer": "27 days [1][2].",
    "citations": [{"number": 1, "source": "s3://b/a.md"}, {"number": 2, "source": "s3://b/a.md"}],
    "passages": [{"source": "s3://b/c.md"}, {"source": "s3://b/a.md"}, {"source": "s3://b/c.md"}],
}


class Api:
    """An answers API on loopback that answers as it is told to."""

    def __init__(self, serve: Serve) -> None:
        self.requests: list[tuple[str, dict[str, str], str | None]] = []
        self.status, self.content = 200, json.dumps(ANSWER).encode()
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                api.requests.append((self.path, body, self.headers["Authorization"]))
                self.send_response(api.status)
                self.end_headers()
                self.wfile.write(api.content)

        self.url = f"{serve(Handler)}/v1/answers"


@pytest.fixture
def api(serve: Serve) -> Api:
    return Api(serve)


def events(*pairs: tuple[str, object]) -> bytes:
    return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in pairs).encode()


def test_a_question_is_asked_with_the_token_of_a_user(api: Api) -> None:
    reply = Answers(api.url, bearer("token")).ask("How many “days”?")
    assert api.requests == [("/v1/answers", {"question": "How many “days”?"}, "token")]
    assert (reply.status, reply.outcome, reply.body) == (200, "answered", ANSWER)


def test_a_question_goes_on_from_those_of_a_session(api: Api) -> None:
    Answers(api.url).ask("And then?", "an id")
    assert api.requests[0][1] == {"question": "And then?", "session_id": "an id"}


def test_a_request_can_be_signed(api: Api) -> None:
    Answers(api.url, signed(Credentials("AKID", "secret"), "eu-west-1")).ask("Why?")
    assert "Credential=AKID/" in str(api.requests[0][2])
    assert "/eu-west-1/execute-api/" in str(api.requests[0][2])


def test_without_either_it_is_asked_as_nobody(api: Api) -> None:
    Answers(api.url).ask("Why?")
    assert api.requests[0][2] is None


def test_documents_are_told_once_in_their_order() -> None:
    reply = Reply(200, ANSWER, 0.1)
    assert (reply.sources, reply.retrieved) == (["s3://b/a.md"], ["s3://b/c.md", "s3://b/a.md"])


@pytest.mark.parametrize(
    ("content", "message"), [(b'{"message": "no tenant"}', "no tenant"), (b"<html>", "<html>"), (b'["x"]', '["x"]'), (b"", "")]
)
def test_a_refusal_is_an_answer_too(api: Api, content: bytes, message: str) -> None:
    api.status, api.content = 403, content
    reply = Answers(api.url).ask("Why?")
    assert (reply.status, reply.outcome, reply.body) == (403, "error", {"message": message})


def test_an_answer_is_streamed(api: Api) -> None:
    api.content = events(("passages", {"passages": []}), ("text", {"text": "27 "}), ("text", {"text": "days"}), ("done", ANSWER))
    stream = Answers(api.url).stream("Why?")
    assert api.requests[0][0] == "/v1/answers/stream"
    assert (stream.events, stream.texts) == (["passages", "text", "text", "done"], ["27 ", "days"])
    assert stream.reply.body == ANSWER
    assert stream.first_text_seconds is not None
    assert stream.first_text_seconds <= stream.reply.seconds


def test_an_error_ends_a_stream(api: Api) -> None:
    api.content = events(("passages", {"passages": []}), ("error", {"message": "no"}))
    stream = Answers(api.url).stream("Why?")
    assert (stream.reply.outcome, stream.reply.body, stream.first_text_seconds) == ("error", {"message": "no"}, None)


@pytest.mark.parametrize(("content", "got"), [(b"", "no events"), (events(("text", {"text": "27"})), "text")])
def test_a_stream_must_have_an_end(api: Api, content: bytes, got: str) -> None:
    api.content = content
    with pytest.raises(ValueError, match=f"a stream must end with done or error, got {got}"):
        Answers(api.url).stream("Why?")


def test_events_follow_the_standard() -> None:
    lines = [b": a comment\n", b"data: {\n", b'data: "a": 1}\r\n', b"\r\n", b"\n", b"event:done\n", b"data:{}\n", b"\n", b"data: {}\n"]
    assert list(server_sent_events(lines)) == [("message", {"a": 1}), ("done", {})]


@pytest.mark.parametrize(
    ("source", "key"), [("s3://bucket/tenants/a/b c.md", "tenants/a/b c.md"), ("https://example.com/s3://x", "https://example.com/s3://x")]
)
def test_a_document_in_a_bucket_is_known_by_its_key(source: str, key: str) -> None:
    assert key_of(source) == key
