"""What a model server answered, and what the caller is told of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from inference.errors import ModelFailed
from inference.runtime import count

FINISHES = ("length", "stop")


@dataclass(frozen=True)
class Usage:
    """Tokens of one request."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    @classmethod
    def of(cls, given: Any) -> "Usage":
        """What a model server counted; nothing where it says nothing."""
        counts = given if isinstance(given, Mapping) else {}
        return cls(_count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens")))

    def record(self) -> None:
        """Counts the tokens."""
        count("PromptTokens", self.prompt_tokens)
        count("CompletionTokens", self.completion_tokens)


@dataclass(frozen=True)
class Completion:
    """A text that a model wrote.

    Args:
        text: All of it.
        finish_reason: ``stop``, or ``length`` where the limit cut it off.
        usage: What it took.
    """

    text: str
    finish_reason: str
    usage: Usage

    def body(self, model: str, request_id: str) -> dict[str, Any]:
        """The response, in the form of OpenAI's chat completions."""
        message = {"role": "assistant", "content": self.text}
        total = self.usage.prompt_tokens + self.usage.completion_tokens
        return {
            "object": "chat.completion",
            "id": request_id,
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}],
            "usage": asdict(self.usage) | {"total_tokens": total},
        }


def completion_of(body: bytes) -> Completion:
    """The text in the answer of a model server.

    Raises:
        ModelFailed: Something else than a chat completion.
    """
    try:
        given = json.loads(body)
        (choice, *_) = given["choices"]
        text = choice["message"]["content"]
    except (ValueError, RecursionError, KeyError, IndexError, TypeError):
        text = choice = None
    if not isinstance(text, str) or not isinstance(choice, Mapping):
        raise ModelFailed("COMPLETION", "The model did not answer with a text.")
    return Completion(text, finish_of(choice.get("finish_reason")), Usage.of(given.get("usage")))


def finish_of(given: Any) -> str:
    """Why a text ends, in words that callers know."""
    return given if given in FINISHES else "stop"


def _count(given: Any) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else 0
