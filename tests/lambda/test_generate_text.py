import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.checks.handlers.calls import api_calls
from generate_text.handler import handler
from inference.settings import settings
from tests import generation_fakes
from tests.generation_fakes import NO_CAPACITY, USAGE, VARIABLES, asked, completion
from tests.inference_fakes import Runtime, counts, error, model_error, prediction, request

LAMBDA = Path(__file__).parents[2] / "lambda"
CANARY = "canary7Q"


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    yield generation_fakes.installed(monkeypatch)
    settings.cache_clear()


def ask(context: Any, event: Any = None, **members: Any) -> tuple[int, dict[str, Any]]:
    response = handler(asked(**members) if event is None else event, context)
    return response["statusCode"], json.loads(response["body"])


def test_the_first_model_answers_who_chooses_none(runtime: Runtime, context: Any) -> None:
    status, body = ask(context)
    assert status == 200
    assert body == {
        "object": "chat.completion",
        "id": "request",
        "model": "assistant",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
        "usage": USAGE | {"total_tokens": 15},
    }
    (call,) = runtime.calls
    assert json.loads(call.pop("Body")) == {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 64}
    assert call == {
        "EndpointName": "stack-endpoint-12345678",
        "InferenceComponentName": "stack-assistant-12345678",
        "ContentType": "application/json",
        "Accept": "application/json",
        "InferenceId": "request",
    }


@pytest.mark.parametrize("model", ["writer", "legal"])
def test_a_model_or_an_adapter_is_asked_by_its_component(runtime: Runtime, context: Any, model: str) -> None:
    _, body = ask(context, model=model)
    assert body["model"] == model
    assert runtime.calls[0]["InferenceComponentName"] == f"stack-{model}-12345678"
    assert "model" not in json.loads(runtime.calls[0]["Body"])


@pytest.mark.parametrize("model", ["other", "stack-writer-12345678", "", 3, ["writer"], {"a": 1}])
def test_no_other_component_can_be_asked(runtime: Runtime, context: Any, model: Any) -> None:
    status, body = ask(context, model=model)
    assert status == 404
    assert body["message"] == "model must be one of assistant, writer, legal."
    assert runtime.calls == []


def test_settings_of_a_request_are_passed_on(runtime: Runtime, context: Any) -> None:
    chosen = {"max_tokens": 5, "temperature": 0.2, "top_p": 1, "seed": 7, "stop": ["\n"]}
    assert ask(context, **chosen)[0] == 200
    assert json.loads(runtime.calls[0]["Body"]) == {"messages": [{"role": "user", "content": "Say hello."}]} | chosen


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"max_tokens": 65}, "max_tokens must be a whole number from 1 to 64"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"temperature": 2.1}, "temperature must be a number from 0 to 2"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": 10**400}, "temperature"),
        ({"top_p": "1"}, "top_p must be a number from 0 to 1"),
        ({"seed": -1}, "seed"),
        ({"stop": ["a"] * 5}, "stop must be up to 4 texts"),
        ({"stop": [""]}, "stop"),
        ({"stop": "\ud800"}, "well-formed Unicode"),
        ({"n": 8}, "The members of the body must be of max_tokens, messages"),
        ({"stream": True}, "The members"),
        ({"chat_template": "{{ 7 * 7 }}"}, "The members"),
        ({"messages": []}, "messages must be a list of 1 to 256"),
        ({"messages": [{"role": "user", "content": "a"}] * 257}, "messages"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "A message must have a role of assistant, system, user"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "A message"),
        ({"messages": [{"role": "user", "content": "a", "name": "b"}]}, "A message"),
        ({"messages": ["a"]}, "A message"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "well-formed Unicode"),
    ],
)
def test_a_request_at_fault_is_refused_before_anything_is_called(
    runtime: Runtime, context: Any, members: dict[str, Any], word: str
) -> None:
    status, body = ask(context, **members)
    assert status == 400
    assert word in body["message"]
    assert runtime.calls == []


@pytest.mark.parametrize("body", ["", "[]", '"a"', "{", "{" * 5000, "null"])
def test_a_body_that_is_no_object_is_refused(runtime: Runtime, context: Any, body: str) -> None:
    assert ask(context, request(body, "application/json"))[0] in (400, 413)
    assert runtime.calls == []


def test_prompts_are_measured_in_bytes_over_all_messages(runtime: Runtime, context: Any) -> None:
    fitting = [{"role": "system", "content": "é" * 25}, {"role": "user", "content": "x" * 50}]
    assert ask(context, messages=fitting)[0] == 200
    status, body = ask(context, messages=[*fitting, {"role": "user", "content": "y"}])
    assert (status, body["message"]) == (413, "The messages must have at most 100 bytes together, got 101.")


def test_a_model_without_a_copy_is_being_started_and_the_caller_told_when_to_ask_again(
    runtime: Runtime, context: Any, printed: Callable[[], str]
) -> None:
    runtime.replies = [NO_CAPACITY]
    response = handler(asked(), context)
    assert (response["statusCode"], response["headers"]["Retry-After"]) == (429, "60")
    assert "Starting one takes several minutes" in response["body"]
    assert len(runtime.calls) == 1
    assert counts(printed()) == {"NoCapacity": 1}


@pytest.mark.parametrize(
    ("raised", "status", "calls"),
    [
        (error("ValidationError", message="Endpoint stack of account 1 not found."), 503, 1),
        (error("ThrottlingException"), 429, 4),
        (model_error(400), 400, 1),
        (model_error(500), 502, 4),
        (model_error(0), 504, 1),
    ],
)
def test_errors_of_sagemaker_have_their_status(runtime: Runtime, context: Any, raised: Exception, status: int, calls: int) -> None:
    runtime.replies = [raised]
    assert ask(context)[0] == status
    assert len(runtime.calls) == calls


@pytest.mark.parametrize(
    "answer",
    [
        prediction(b"no JSON", "application/json"),
        prediction(b"[]", "application/json"),
        prediction(b'{"choices": []}', "application/json"),
        prediction(b'{"choices": [{"message": {"content": 3}}]}', "application/json"),
        prediction(b'{"choices": ["a"]}', "application/json"),
        completion(None),
    ],
)
def test_what_is_no_text_is_the_models_fault(runtime: Runtime, context: Any, answer: Any) -> None:
    runtime.replies = [answer]
    assert ask(context) == (502, {"message": "The model did not answer with a text.", "request_id": "request"})


@pytest.mark.parametrize(("given_reason", "told"), [("length", "length"), ("stop", "stop"), ("tool_calls", "stop"), (None, "stop")])
def test_callers_learn_whether_a_text_was_cut_off(runtime: Runtime, context: Any, given_reason: Any, told: str) -> None:
    runtime.replies = [completion("Hel", given_reason)]
    assert ask(context)[1]["choices"][0]["finish_reason"] == told


@pytest.mark.parametrize("usage", [None, [], {"prompt_tokens": "12"}, {"prompt_tokens": -1, "completion_tokens": True}])
def test_odd_counts_of_tokens_are_none(runtime: Runtime, context: Any, usage: Any) -> None:
    runtime.replies = [completion(usage=usage)]
    assert ask(context)[1]["usage"] == {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def test_tokens_and_times_are_counted(runtime: Runtime, context: Any, printed: Callable[[], str]) -> None:
    ask(context)
    found = counts(printed())
    assert found.pop("GenerationSeconds") >= 0
    assert found == {"CompletionTokens": 3, "Predictions": 1, "PromptTokens": 12}


def test_a_model_is_given_the_time_that_is_left(runtime: Runtime, context: Any) -> None:
    context.remaining_ms = 29_000
    ask(context)
    assert runtime.read_timeouts == [26]


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["messages", "model", "role", "content", "stop", "max_tokens"]), inner)
        ),
        max_leaves=8,
    )
)
def test_no_body_is_too_odd(body: Any) -> None:
    class Context:
        aws_request_id = "request"
        function_name = memory_limit_in_mb = invoked_function_arn = "function"

        def get_remaining_time_in_millis(self) -> int:
            return 29_000

    with pytest.MonkeyPatch.context() as patch:
        generation_fakes.installed(patch)
        assert handler(request(json.dumps(body), "application/json"), Context())["statusCode"] < 500
    settings.cache_clear()


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"MODELS": ""}, "MODELS"),
        ({"COMPONENT_NAMES": "stack"}, "COMPONENT_NAMES"),
        ({"MAX_TOKENS": "0"}, "MAX_TOKENS"),
        ({"MAX_PROMPT_BYTES": "many"}, "MAX_PROMPT_BYTES"),
    ],
)
def test_settings_at_fault_are_told_to_operators_only(
    monkeypatch: pytest.MonkeyPatch, context: Any, variables: dict[str, str], word: str
) -> None:
    generation_fakes.installed(monkeypatch, **variables)
    assert ask(context)[0] == 500
    settings.cache_clear()


@pytest.mark.parametrize("raised", [NO_CAPACITY, model_error(400, CANARY), model_error(500, CANARY), ValueError(CANARY), None])
def test_neither_prompts_nor_texts_are_logged(
    runtime: Runtime, context: Any, printed: Callable[[], str], caplog: pytest.LogCaptureFixture, raised: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    runtime.replies = [completion(CANARY)] if raised is None else [raised]
    response = handler(asked(messages=[{"role": "user", "content": CANARY}]), context)
    assert (CANARY in response["body"]) is (raised is None)
    assert CANARY not in printed() + caplog.text + "".join(str(vars(record)) for record in caplog.records)


def test_the_function_calls_these_apis_and_no_others() -> None:
    assert {(call.service, call.method) for call in api_calls(LAMBDA, "generate_text", VARIABLES)} == {
        ("sagemaker-runtime", "invoke_endpoint")
    }
