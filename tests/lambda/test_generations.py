import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations.completions import Usage, completion_of
from generations.pieces import LONGEST_LINE_BYTES, Written, pieces
from generations.prompts import prompt_of
from generations.settings import GenerationSettings
from inference.errors import ConfigurationError, ModelFailed
from inference.requests import Request
from tests.generation_fakes import chunk

TOLD: dict[str, Any] = {
    "endpoint_name": "endpoint",
    "content_types": ("application/json",),
    "max_request_bytes": 1000,
    "timeout_seconds": 25,
    "models": ("assistant", "legal"),
    "component_names": "stack-{}-12345678",
    "max_prompt_bytes": 100,
    "max_tokens": 64,
}
PROMPT = {"messages": [{"role": "user", "content": "Hello."}]}


def test_a_component_is_named_after_its_model() -> None:
    assert GenerationSettings(**TOLD).component_of("legal") == "stack-legal-12345678"


@pytest.mark.parametrize(
    ("name", "value"), [("models", ()), ("component_names", "stack"), ("max_prompt_bytes", 0), ("max_tokens", 0), ("timeout_seconds", 0)]
)
def test_settings_that_can_not_work_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError):
        GenerationSettings(**TOLD | {name: value})


def test_a_prompt_is_sent_without_the_name_of_its_model() -> None:
    prompt = prompt_of(Request(json.dumps(PROMPT | {"model": "legal"}).encode(), "application/json"), GenerationSettings(**TOLD))
    whole, stream = prompt.request(), prompt.request(stream=True)
    assert prompt.model == "legal"
    assert json.loads(whole.body) == PROMPT | {"max_tokens": 64}
    assert json.loads(stream.body) == json.loads(whole.body) | {"stream": True, "stream_options": {"include_usage": True}}


@given(content=st.text(min_size=1, max_size=25).filter(lambda text: not any("\ud800" <= each <= "\udfff" for each in text)))
def test_every_text_reaches_the_model_as_it_is(content: str) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": content}]}).encode()
    sent = prompt_of(Request(body, "application/json"), GenerationSettings(**TOLD)).request().body
    assert json.loads(sent)["messages"][0]["content"] == content


@given(body=st.binary(max_size=60))
def test_no_answer_is_too_odd(body: bytes) -> None:
    with pytest.raises(ModelFailed):
        completion_of(body)


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40), size=st.integers(1, 30))
def test_pieces_make_up_the_text_wherever_they_are_cut(text: str, size: int) -> None:
    content = b"".join(chunk(letter) for letter in text) + chunk(None, "stop")
    written = Written()
    found = list(pieces([content[start : start + size] for start in range(0, len(content), size)], written))
    assert "".join(found) == text == written.completion().text


def test_a_line_without_end_is_given_up() -> None:
    with pytest.raises(ModelFailed):
        list(pieces([b"x" * (LONGEST_LINE_BYTES + 1)], Written()))


@pytest.mark.parametrize(
    "event", [{"choices": "none"}, {"choices": ["a"]}, {"choices": [{"delta": "a"}]}, {"choices": [{"delta": {"content": 3}}]}]
)
def test_events_without_text_are_passed_over(event: Any) -> None:
    assert list(pieces([b"data: " + json.dumps(event).encode() + b"\n"], Written())) == []


def test_comments_and_other_fields_of_events_are_passed_over() -> None:
    assert list(pieces([b": ping\nevent: message\nid: 3\n\n", chunk("Hi")], Written())) == ["Hi"]


def test_a_text_without_its_end_is_none() -> None:
    with pytest.raises(ModelFailed):
        Written("Hel").completion()


def test_usage_adds_up() -> None:
    assert Usage.of({"prompt_tokens": 3, "completion_tokens": 4}) == Usage(3, 4)
