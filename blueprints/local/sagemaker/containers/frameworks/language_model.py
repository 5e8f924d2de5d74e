"""A small language model behind the requests that AWS's images for large ones take.

It is a small language model (ONNX), not the model that a deployment names. Chats follow
https://platform.openai.com/docs/api-reference/chat, as vLLM takes them; ``inputs`` follows
https://docs.djl.ai/master/docs/serving/serving/docs/lmi/user_guides/lmi_input_output_schema.html.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from blueprints.local.sagemaker.containers.frameworks.network import Network, Sampling, Word
from blueprints.local.sagemaker.containers.protocol import ADAPTER, Rejected, Request, Response, Settings

JSON, JSON_LINES, EVENTS = "application/json", "application/jsonlines", "text/event-stream"
INPUTS_MAX_TOKENS = 30
"""How many tokens ``inputs`` gets that names no number: the default of the LMI containers."""


def load(folder: Path, settings: Settings) -> LanguageModel:  # noqa: ARG001 - every framework takes settings
    """Loads the network in ``folder``, and the adapters in folders of ``adapters``."""
    model = LanguageModel(Network(folder))
    for adapter in sorted((folder / "adapters").glob("*/adapter_config.json")):
        model.load_adapter(adapter.parent.name, adapter.parent)
    return model


class LanguageModel:
    """A language model in memory.

    Args:
        network: What it is made of.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.load_adapter = network.load_adapter
        self.unload_adapter = network.unload_adapter

    def adapters(self) -> list[str]:
        """Returns the names of the adapters."""
        return self._network.adapters

    def answer(self, request: Request) -> Response:
        """Replies to ``messages`` or continues ``inputs``, at once or, with ``stream``, word by word."""
        asked = _object(request)
        adapter = self._adapter(request, asked)
        if "messages" in asked:
            return self._chat(asked, adapter)
        if isinstance(asked.get("inputs"), str):
            return self._continue(asked, adapter)
        raise _bad("the body must have messages, a list, or inputs, a string")

    def _adapter(self, request: Request, asked: Mapping[str, Any]) -> str | None:
        """Returns the adapter that SageMaker names in a header, or the caller in ``adapters`` or as ``model``."""
        listed = asked.get("adapters")
        named = request.headers.get(ADAPTER.lower()) or (listed[0] if isinstance(listed, list) and listed else listed)
        if named:
            if named not in self._network.adapters:
                raise Rejected(HTTPStatus.NOT_FOUND, f"The adapter {named} was not found")
            return str(named)
        return asked["model"] if asked.get("model") in self._network.adapters else None

    def _chat(self, asked: Mapping[str, Any], adapter: str | None) -> Response:
        prompt = self._network.tokens(_last_question(asked["messages"]))
        usage_before = sum(len(self._network.tokens(message["content"])) for message in asked["messages"])
        limit = _limit(asked, ("max_completion_tokens", "max_tokens"), self._network.max_tokens, self._network.max_tokens)
        words = self._network.say(prompt, _sampling(asked, limit, temperature=1.0), adapter)
        head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": adapter or self._network.name}
        if asked.get("stream"):
            with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
            return Response(_chat_events(head, words, limit, usage_before if with_usage else None), EVENTS)
        said = list(words)
        message = {"role": "assistant", "content": "".join(word.text for word in said)}
        choice = {"index": 0, "message": message, "finish_reason": _reason(said, limit)}
        whole = {**head, "object": "chat.completion", "choices": [choice], "usage": _usage(usage_before, len(said))}
        return Response(json.dumps(whole).encode())

    def _continue(self, asked: Mapping[str, Any], adapter: str | None) -> Response:
        parameters = asked.get("parameters") or {}
        if not isinstance(parameters, dict):
            raise _bad("parameters must be an object")
        limit = _limit(parameters, ("max_new_tokens",), INPUTS_MAX_TOKENS, self._network.max_tokens)
        sampling = _sampling(parameters, limit, temperature=1.0 if parameters.get("do_sample") else 0.0)
        words = self._network.say(self._network.tokens(asked["inputs"]), sampling, adapter)
        if asked.get("stream"):
            return Response(_token_lines(words, limit), JSON_LINES)
        return Response(json.dumps({"generated_text": "".join(word.text for word in words)}).encode())


def _chat_events(head: Mapping[str, Any], words: Iterator[Word], limit: int, usage_before: int | None) -> Iterator[bytes]:
    def event(delta: Mapping[str, str], reason: str | None = None) -> bytes:
        return _event({**head, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

    said = []
    yield event({"role": "assistant", "content": ""})
    for word in words:
        said.append(word)
        yield event({"content": word.text})
    yield event({}, _reason(said, limit))
    if usage_before is not None:
        yield _event({**head, "object": "chat.completion.chunk", "choices": [], "usage": _usage(usage_before, len(said))})
    yield b"data: [DONE]\n\n"


def _token_lines(words: Iterator[Word], limit: int) -> Iterator[bytes]:
    """Yields a line for each word, the last with everything that was said."""
    said = [next(words, None)]
    while (word := said[-1]) is not None:
        said.append(next(words, None))
        line: dict[str, Any] = {"token": {"id": word.number, "text": word.text, "log_prob": word.log_probability}}
        if said[-1] is None:
            known = [each for each in said if each]
            reason = "length" if len(known) >= limit else "eos_token"
            line |= {"generated_text": "".join(each.text for each in known)}
            line |= {"details": {"finish_reason": reason, "generated_tokens": len(known)}}
        yield json.dumps(line).encode() + b"\n"


def _event(content: object) -> bytes:
    return b"data: " + json.dumps(content).encode() + b"\n\n"


def _reason(said: list[Word], limit: int) -> str:
    return "length" if len(said) >= limit else "stop"


def _usage(prompt: int, reply: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": reply, "total_tokens": prompt + reply}


def _last_question(messages: Any) -> str:
    known = isinstance(messages, list) and all(isinstance(each, dict) and isinstance(each.get("content"), str) for each in messages)
    asked = [message["content"] for message in messages if message.get("role") == "user"] if known else []
    if not asked:
        raise _bad("messages must be a list of objects with role and content, a string, and one at least must be of the role user")
    return str(asked[-1])


def _sampling(asked: Mapping[str, Any], limit: int, *, temperature: float) -> Sampling:
    chosen = {name: _number(asked, name, 0, high) for name, high in (("temperature", 2), ("top_p", 1)) if asked.get(name) is not None}
    seed = None if asked.get("seed") is None else int(_number(asked, "seed", 0, 2**63 - 1, whole=True))
    return Sampling(limit, chosen.get("temperature", temperature), chosen.get("top_p", 1.0), seed)


def _limit(asked: Mapping[str, Any], names: tuple[str, ...], default: int, most: int) -> int:
    """Returns the first of the limits that the caller gives."""
    given = [name for name in names if asked.get(name) is not None]
    return int(_number(asked, given[0], 1, most, whole=True)) if given else default


def _number(asked: Mapping[str, Any], name: str, low: int, high: int, *, whole: bool = False) -> float:
    value = asked[name]
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not low <= value <= high:
        raise _bad(f"{name} must be {'a whole number' if whole else 'a number'} from {low} to {high}, got {value!r}")
    return float(value) if not whole else int(value)


def _object(request: Request) -> dict[str, Any]:
    if request.content_type.split(";")[0].strip().lower() not in ("", JSON):
        raise Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"content type must be {JSON}, got {request.content_type}")
    try:
        asked = json.loads(request.body)
    except ValueError as error:
        raise _bad(f"the body must be JSON: {error}") from error
    if not isinstance(asked, dict):
        raise _bad("the body must be a JSON object")
    return asked


def _bad(message: str) -> Rejected:
    return Rejected(HTTPStatus.BAD_REQUEST, message)
