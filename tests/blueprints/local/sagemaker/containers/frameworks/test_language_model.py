"""The small language model takes the requests of AWS's images for large ones."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blueprints.local.sagemaker.containers.frameworks import language_model
from blueprints.local.sagemaker.containers.protocol import Rejected, Request, Response, Settings

QUESTION = {"role": "user", "content": "Why is my bill so high?"}


@pytest.fixture(scope="module")
def model(root: Path, tmp_path_factory: pytest.TempPathFactory) -> language_model.LanguageModel:
    folder = tmp_path_factory.mktemp("models") / "model"
    shutil.copytree(root / "samples" / "models" / "support-replies", folder)
    shutil.copytree(root / "samples" / "models" / "support-replies-brief", folder / "adapters" / "brief")
    return language_model.load(folder, Settings())


def answer(model: language_model.LanguageModel, asked: object, **headers: str) -> Response:
    return model.answer(Request(json.dumps(asked).encode(), "application/json", headers=headers))


def said(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, bytes)
    found: dict[str, Any] = json.loads(response.body)
    return found


def parts(response: Response) -> Iterator[Any]:
    assert not isinstance(response.body, bytes)
    for part in response.body:
        text = part.decode().removeprefix("data: ").strip()
        yield text if text == "[DONE]" else json.loads(text)


def chat(**more: object) -> dict[str, object]:
    return {"messages": [QUESTION], "temperature": 0, **more}


def test_a_chat_is_replied_to(model: language_model.LanguageModel) -> None:
    found = said(answer(model, chat()))
    (choice,) = found["choices"]
    assert (found["object"], found["model"], choice["finish_reason"]) == ("chat.completion", "support-replies", "stop")
    assert choice["message"]["role"] == "assistant"
    assert "bill" in choice["message"]["content"]
    words = len(model._network.tokens(choice["message"]["content"]))
    assert found["usage"] == {"prompt_tokens": 7, "completion_tokens": words, "total_tokens": 7 + words}


def test_the_last_question_of_a_chat_counts_and_all_of_it_is_counted(model: language_model.LanguageModel) -> None:
    messages = [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": "i forgot my password ."},
        {"role": "assistant", "content": "oh"},
        QUESTION,
    ]
    found = said(answer(model, chat(messages=messages)))
    assert found["choices"] == said(answer(model, chat()))["choices"]
    assert found["usage"]["prompt_tokens"] == 15


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_reply_has_a_limit(name: str, model: language_model.LanguageModel) -> None:
    found = said(answer(model, chat(**{name: 2})))
    assert (found["choices"][0]["finish_reason"], found["usage"]["completion_tokens"]) == ("length", 2)


def test_a_seed_makes_a_reply_the_same_again(model: language_model.LanguageModel) -> None:
    asked = chat(temperature=1.5, top_p=0.9, seed=4)
    assert said(answer(model, asked))["choices"] == said(answer(model, asked))["choices"]


def test_a_chat_comes_in_events(model: language_model.LanguageModel) -> None:
    response = answer(model, chat(stream=True, stream_options={"include_usage": True}))
    *events, usage, done = parts(response)
    assert (response.content_type, done) == ("text/event-stream", "[DONE]")
    assert {event["object"] for event in events} == {"chat.completion.chunk"}
    assert (
        "".join(event["choices"][0]["delta"].get("content", "") for event in events)
        == said(answer(model, chat()))["choices"][0]["message"]["content"]
    )
    assert events[-1]["choices"][0]["finish_reason"] == "stop"
    assert usage["usage"]["total_tokens"] > 7
    assert not any("usage" in event for event in list(parts(answer(model, chat(stream=True))))[:-1])


def test_inputs_are_continued(model: language_model.LanguageModel) -> None:
    found = said(answer(model, {"inputs": QUESTION["content"], "parameters": {"max_new_tokens": 50}}))
    assert found == {"generated_text": said(answer(model, chat()))["choices"][0]["message"]["content"]}


def test_inputs_are_continued_word_by_word(model: language_model.LanguageModel) -> None:
    response = answer(
        model, {"inputs": QUESTION["content"], "parameters": {"max_new_tokens": 4, "do_sample": True, "seed": 1}, "stream": True}
    )
    lines = list(parts(response))
    assert (response.content_type, len(lines)) == ("application/jsonlines", 4)
    assert lines[-1]["generated_text"] == "".join(line["token"]["text"] for line in lines)
    assert lines[-1]["details"] == {"finish_reason": "length", "generated_tokens": 4}
    assert all("generated_text" not in line for line in lines[:-1])


@pytest.mark.parametrize("chosen", [{"model": "brief"}, {"adapters": "brief"}, {"adapters": ["brief"]}])
def test_an_adapter_is_chosen_by_the_caller(chosen: dict[str, object], model: language_model.LanguageModel) -> None:
    found = said(answer(model, chat(**chosen)))
    assert (found["model"], found["choices"][0]["message"]["content"][:12]) == ("brief", "Bill checked")


def test_an_adapter_is_chosen_by_sagemaker_before_the_caller(model: language_model.LanguageModel) -> None:
    assert said(answer(model, chat(adapters="none"), **{"x-amzn-sagemaker-adapter-identifier": "brief"}))["model"] == "brief"
    with pytest.raises(Rejected, match="The adapter none was not found") as caught:
        answer(model, chat(adapters="none"))
    assert caught.value.status == 404


def test_another_model_than_an_adapter_is_not_made_out_to_be_there(model: language_model.LanguageModel) -> None:
    assert said(answer(model, chat(model="meta-llama/Llama-3")))["model"] == "support-replies"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ([], "must be a JSON object"),
        ({}, "must have messages, a list, or inputs, a string"),
        ({"inputs": ["a"]}, "must have messages"),
        ({"inputs": "a", "parameters": 3}, "parameters must be an object"),
        ({"messages": "hello"}, "messages must be a list of objects"),
        ({"messages": [{"role": "user"}]}, "messages must be a list of objects"),
        ({"messages": [{"role": "system", "content": "x"}]}, "one at least must be of the role user"),
        (chat(max_tokens=0), "max_tokens must be a whole number from 1 to 256, got 0"),
        (chat(max_tokens=257), "got 257"),
        (chat(max_tokens=True), "got True"),
        (chat(temperature=2.5), "temperature must be a number from 0 to 2, got 2.5"),
        (chat(temperature="hot"), "got 'hot'"),
        (chat(top_p=-1), "top_p must be a number from 0 to 1"),
        (chat(seed=1.5), "seed must be a whole number"),
    ],
)
def test_bad_requests_are_refused_with_a_reason(asked: object, message: str, model: language_model.LanguageModel) -> None:
    with pytest.raises(Rejected, match=message) as caught:
        answer(model, asked)
    assert caught.value.status == 400


def test_other_formats_are_refused(model: language_model.LanguageModel) -> None:
    with pytest.raises(Rejected, match="must be application/json, got text/csv") as caught:
        model.answer(Request(b"a", "text/csv"))
    assert caught.value.status == 415
    with pytest.raises(Rejected, match="the body must be JSON"):
        model.answer(Request(b"{"))
