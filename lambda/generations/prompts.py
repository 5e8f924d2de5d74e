"""What is asked of a language model, in the form of OpenAI's chat completions, checked before anything is called.

What isn't known here is refused, so that callers can't reach settings of the server such as templates, penalties or whole batches.
"""

import json
from dataclasses import dataclass
from typing import Any

from generations.settings import GenerationSettings
from inference.errors import Refused, TooLarge, UnknownModel
from inference.requests import Request

MEMBERS = ("max_tokens", "messages", "model", "seed", "stop", "temperature", "top_p")
ROLES = ("assistant", "system", "user")
MOST_MESSAGES = 256
MOST_STOPS = 4
LONGEST_STOP = 64
HOTTEST = 2.0
LARGEST_SEED = 2**63 - 1
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Prompt:
    """A checked request.

    Args:
        model: One of those that callers may name.
        body: What the model server is sent, without the model's name: the component tells.
    """

    model: str
    body: dict[str, Any]

    def request(self, *, stream: bool = False) -> Request:
        """The request to the endpoint."""
        told = self.body | ({"stream": True, "stream_options": {"include_usage": True}} if stream else {})
        return Request(json.dumps(told, ensure_ascii=False).encode(), JSON_TYPE, JSON_TYPE if not stream else "")


def prompt_of(request: Request, settings: GenerationSettings) -> Prompt:
    """The prompt in the body of a request.

    Raises:
        Refused: Says what is wrong and what is allowed.
        TooLarge: More text than is passed on.
        UnknownModel: A model that isn't configured.
    """
    given = _object(request.body)
    if unknown := sorted(set(given) - set(MEMBERS)):
        raise Refused("MEMBERS", f"The members of the body must be of {', '.join(MEMBERS)}, got {len(unknown)} others.")
    body: dict[str, Any] = {"messages": _messages(given.get("messages"), settings), "max_tokens": _tokens(given, settings)}
    body |= _number(given, "temperature", 0, HOTTEST) | _number(given, "top_p", 0, 1) | _stop(given.get("stop")) | _seed(given)
    return Prompt(_model(given.get("model"), settings), body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refused("BODY", 'The body must be a JSON object such as {"messages": [{"role": "user", "content": "…"}]}.')
    return given


def _model(given: Any, settings: GenerationSettings) -> str:
    if given is None:
        return settings.models[0]
    if given not in settings.models:
        raise UnknownModel("MODEL", f"model must be one of {', '.join(settings.models)}.")
    return str(given)


def _messages(given: Any, settings: GenerationSettings) -> list[dict[str, str]]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_MESSAGES:
        raise Refused("MESSAGES", f"messages must be a list of 1 to {MOST_MESSAGES} objects.")
    messages = [_message(message) for message in given]
    size = sum(len(message["content"].encode()) for message in messages)
    if size > settings.max_prompt_bytes:
        raise TooLarge("PROMPT", f"The messages must have at most {settings.max_prompt_bytes} bytes together, got {size}.")
    return messages


def _message(given: Any) -> dict[str, str]:
    role, content = (given.get("role"), given.get("content")) if isinstance(given, dict) and len(given) == 2 else (None, None)
    if role not in ROLES or not isinstance(content, str) or not content:
        raise Refused("MESSAGE", f"A message must have a role of {', '.join(ROLES)}, a content that is a text, and nothing else.")
    if not _well_formed(content):
        raise Refused("MESSAGE", "The content of a message must be well-formed Unicode, got half of a surrogate pair.")
    return {"role": role, "content": content}


def _well_formed(text: str) -> bool:
    """Whether a text can be sent: JSON may hold half of a surrogate pair, UTF-8 may not."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _tokens(given: dict[str, Any], settings: GenerationSettings) -> int:
    tokens = given.get("max_tokens", settings.max_tokens)
    if not isinstance(tokens, int) or isinstance(tokens, bool) or not 1 <= tokens <= settings.max_tokens:
        raise Refused("MAX_TOKENS", f"max_tokens must be a whole number from 1 to {settings.max_tokens}.")
    return tokens


def _number(given: dict[str, Any], name: str, least: float, most: float) -> dict[str, float]:
    if name not in given:
        return {}
    value = given[name]
    # Not a number compares with nothing, so that it is refused as well.
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused(name.upper(), f"{name} must be a number from {least:g} to {most:g}.")
    return {name: value}


def _seed(given: dict[str, Any]) -> dict[str, int]:
    if "seed" not in given:
        return {}
    seed = given["seed"]
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
        raise Refused("SEED", f"seed must be a whole number from 0 to {LARGEST_SEED}.")
    return {"seed": seed}


def _stop(given: Any) -> dict[str, list[str]]:
    if given is None:
        return {}
    stops = [given] if isinstance(given, str) else given
    fitting = isinstance(stops, list) and 1 <= len(stops) <= MOST_STOPS
    if not fitting or not all(isinstance(stop, str) and 1 <= len(stop) <= LONGEST_STOP and _well_formed(stop) for stop in stops):
        raise Refused("STOP", f"stop must be up to {MOST_STOPS} texts of 1 to {LONGEST_STOP} characters, well-formed Unicode.")
    return {"stop": stops}
