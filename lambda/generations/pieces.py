"""The pieces of a text, as a model server sends them while it writes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generations.completions import Completion, Usage, finish_of
from inference.errors import ModelFailed

DATA, END = b"data:", b"[DONE]"
LONGEST_LINE_BYTES = 1_000_000


@dataclass
class Written:
    """What has been written so far."""

    text: str = ""
    finish_reason: str = ""
    usage: Usage = field(default_factory=Usage)

    def completion(self) -> Completion:
        """The whole text.

        Raises:
            ModelFailed: The server broke off.
        """
        if not self.finish_reason:
            raise ModelFailed("BROKEN_OFF", "The model broke off. Ask again later.")
        return Completion(self.text, self.finish_reason, self.usage)


def pieces(parts: Iterable[bytes], written: Written) -> Iterator[str]:
    """Yields each piece of text, and keeps in ``written`` what there is to know at the end.

    Parts are cut anywhere, in the middle of a character as well.

    Raises:
        ModelFailed: Something else than events of a chat completion.
    """
    for event in _events(parts):
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}
        delta = choice.get("delta")
        text = delta.get("content") if isinstance(delta, Mapping) else None
        if choice.get("finish_reason"):
            written.finish_reason = finish_of(choice["finish_reason"])
        if event.get("usage"):
            written.usage = Usage.of(event["usage"])
        if isinstance(text, str) and text:
            written.text += text
            yield text


def _events(parts: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """The JSON of each server-sent event (WHATWG HTML, section 9.2)."""
    for line in _lines(parts):
        data = line.removeprefix(DATA).strip()
        if not line.startswith(DATA) or data == END:
            continue
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, Mapping) or "error" in event:
            raise ModelFailed("EVENT", "The model did not go on with a text. Ask again later.")
        yield event


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        yield from lines
        if len(rest) > LONGEST_LINE_BYTES:
            raise ModelFailed("LINE", "The model did not go on with a text. Ask again later.")
    yield rest
