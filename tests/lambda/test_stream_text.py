import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EventStreamError
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from blueprints.checks.handlers.calls import api_calls
from inference.errors import InferenceError, ModelFailed, OutOfTime
from inference.settings import settings
from stream_text.handler import handler
from streaming.http_format import SEPARATOR
from tests import generation_fakes
from tests.generation_fakes import NO_CAPACITY, USAGE, VARIABLES, asked, chunk, parts
from tests.inference_fakes import Runtime, counts, model_error

LAMBDA = Path(__file__).parents[2] / "lambda"
END = b"data: [DONE]\n\n"
CANARY = "canary7Q"
TORN = EventStreamError({"Error": {"Code": "ModelStreamError", "Message": CANARY}}, "InvokeEndpointWithResponseStream")
WHOLE = chunk("") + chunk("Héll") + chunk("o.", None) + chunk(None, "stop") + chunk(choices=[], usage=USAGE) + END


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    found = generation_fakes.installed(monkeypatch)
    found.replies = [lambda _: {"Body": parts(WHOLE, 7)}]
    yield found
    settings.cache_clear()


def read(chunks: Iterator[bytes]) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    prelude, _, body = b"".join(chunks).partition(SEPARATOR)
    events = [event.split("\n") for event in body.decode().split("\n\n") if event]
    return json.loads(prelude), [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in events]


def test_a_text_comes_in_pieces_and_then_as_a_whole(runtime: Runtime, context: Any) -> None:
    prelude, events = read(handler(asked(model="legal"), context))
    assert (prelude["statusCode"], prelude["headers"]["Content-Type"]) == (200, "text/event-stream")
    assert events[:2] == [("text", {"text": "Héll"}), ("text", {"text": "o."})]
    name, done = events[2]
    assert (name, done["model"], done["usage"]) == ("done", "legal", USAGE | {"total_tokens": 15})
    assert done["choices"] == [{"index": 0, "message": {"role": "assistant", "content": "Héllo."}, "finish_reason": "stop"}]
    (call,) = runtime.calls
    assert call["InferenceComponentName"] == "stack-legal-12345678"
    assert json.loads(call["Body"])["stream"] is True


@pytest.mark.parametrize("size", [1, 2, 3, 50, 10_000])
def test_parts_are_put_together_wherever_they_are_cut(runtime: Runtime, context: Any, size: int) -> None:
    runtime.replies = [{"Body": parts(WHOLE.replace(b"\n\n", b"\r\n\r\n"), size)}]
    _, events = read(handler(asked(), context))
    assert "".join(data["text"] for name, data in events if name == "text") == "Héllo."


def test_words_are_passed_on_before_the_model_has_ended(runtime: Runtime, context: Any) -> None:
    sent: list[str] = []

    def slow() -> Iterator[dict[str, Any]]:
        yield {"PayloadPart": {"Bytes": chunk("first")}}
        sent.append("second")
        yield {"PayloadPart": {"Bytes": chunk("second", "stop")}}

    runtime.replies = [{"Body": slow()}]
    assert b'"first"' in next(iter(handler(asked(), context)))
    assert sent == []


@pytest.mark.parametrize(
    ("reply", "status"),
    [(NO_CAPACITY, 429), (model_error(500), 502), ({"Body": parts(END, 5)}, 502), ({"Body": parts(b'data: {"error": {}}\n\n', 5)}, 502)],
)
def test_an_error_before_the_first_word_is_an_http_error(runtime: Runtime, context: Any, reply: Any, status: int) -> None:
    runtime.replies = [reply]
    prelude, _, body = b"".join(handler(asked(), context)).partition(SEPARATOR)
    assert json.loads(prelude)["statusCode"] == status
    assert json.loads(body)["request_id"] == "request"


def test_a_request_at_fault_is_an_http_error(runtime: Runtime, context: Any) -> None:
    prelude, _, _ = b"".join(handler(asked(max_tokens=65), context)).partition(SEPARATOR)
    assert json.loads(prelude)["statusCode"] == 400
    assert runtime.calls == []


def torn(error: Exception = TORN, words: bytes = chunk("Hel")) -> Iterator[dict[str, Any]]:
    yield from parts(words, 1000)
    raise error


@pytest.mark.parametrize("error", [None, ValueError(CANARY), ProtocolError(CANARY), TORN])
@pytest.mark.parametrize("words", [b"", chunk(CANARY)])
def test_neither_prompts_nor_texts_nor_errors_are_logged(
    runtime: Runtime, context: Any, printed: Callable[[], str], caplog: pytest.LogCaptureFixture, error: Any, words: bytes
) -> None:
    runtime.replies = [{"Body": torn(error, words) if error else parts(chunk(CANARY, "stop"), 1000)}]
    chunks: list[bytes] = []
    ended = pytest.raises(InferenceError) if error and words else nullcontext()
    with ended as raised:
        keep(handler(asked(messages=[{"role": "user", "content": CANARY}]), context), chunks)
    assert CANARY not in str(raised)
    sent = b"".join(chunks).decode().partition("event: error")[2 if error and words else 0]
    assert (CANARY in sent) is (error is None)
    assert CANARY not in printed() + caplog.text + "".join(str(vars(record)) for record in caplog.records)


def keep(chunks: Iterator[bytes], kept: list[bytes]) -> None:
    for each in chunks:
        kept.append(each)  # noqa: PERF402 - what comes before an error is kept


@pytest.mark.parametrize(
    "body",
    [
        torn,
        lambda: torn(ProtocolError("Connection broken")),
        lambda: parts(chunk("Hel") + b"data: {\n\n", 9),
        lambda: parts(chunk("Hel"), 9),
    ],
)
def test_an_error_behind_the_first_word_is_an_event_and_an_error_of_the_function(runtime: Runtime, context: Any, body: Any) -> None:
    runtime.replies = [{"Body": body()}]
    chunks: list[bytes] = []
    with pytest.raises(ModelFailed):
        keep(handler(asked(), context), chunks)
    _, events = read(iter(chunks))
    assert [name for name, _ in events] == ["text", "error"]
    assert events[1][1]["request_id"] == "request"


def test_a_model_that_falls_silent_is_out_of_time(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    silent: HTTPError = ReadTimeoutError(None, "", "Read timed out.")  # type: ignore[arg-type]
    runtime.replies = [{"Body": torn(silent)}]
    with pytest.raises(OutOfTime):
        list(handler(asked(), context))
    assert counts(printed())["OutOfTime"] == 1


def test_a_stream_does_not_outlast_the_function(runtime: Runtime, context: Any) -> None:
    def endless() -> Iterator[dict[str, Any]]:
        while True:
            yield {"PayloadPart": {"Bytes": chunk("more ")}}
            context.remaining_ms -= 400_000

    runtime.replies = [{"Body": endless()}]
    with pytest.raises(OutOfTime):
        list(handler(asked(), context))


def test_the_first_word_is_timed(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    list(handler(asked(), context))
    found = counts(printed())
    assert found.pop("FirstTokenSeconds") <= found.pop("GenerationSeconds")
    assert found == {"CompletionTokens": 3, "Predictions": 1, "PromptTokens": 12}


def test_the_function_calls_these_apis_and_no_others() -> None:
    assert {(call.service, call.method) for call in api_calls(LAMBDA, "stream_text", VARIABLES)} == {
        ("sagemaker-runtime", "invoke_endpoint_with_response_stream")
    }
