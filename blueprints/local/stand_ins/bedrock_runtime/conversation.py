"""A conversation as Converse and ConverseStream are sent it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.extraction import Passage
from blueprints.local.stand_ins.bedrock_runtime.guardrails.evaluation import QUERY, SOURCE, Content

NOT_KNOWN = "I don't know."
PRESCRIBED = re.compile(r"\bexactly\b[^\"\u201c\n:]*(?:[\"\u201c]([^\"\u201d\n]+)[\"\u201d]|:\s*([^\n]+))")
"""The sentence that a system prompt prescribes for not knowing: ``… exactly "…"``, or ``… exactly this sentence: …``."""
LEAST_KEY = 8


@dataclass(frozen=True)
class Block:
    """A text of the conversation.

    Args:
        text: Its words.
        role: Who says it: ``user``, ``assistant`` or ``system``.
        qualifiers: What the guardrail takes it for.
        marked: Whether it is a ``guardContent`` block.
    """

    text: str
    role: str
    qualifiers: frozenset[str] = frozenset()
    marked: bool = False


@dataclass(frozen=True)
class Conversation:
    """The texts of a conversation.

    Args:
        blocks: The texts in order, the system's first.
    """

    blocks: tuple[Block, ...]

    @property
    def guarded(self) -> tuple[int, ...]:
        """Where the texts are that the guardrail is shown.

        With ``guardContent`` in the messages only that, otherwise all of the messages; of the system's texts only ``guardContent``.
        https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
        """
        chosen = any(block.marked for block in self.blocks if block.role != "system")
        return tuple(place for place, block in enumerate(self.blocks) if block.marked or (block.role != "system" and not chosen))

    @property
    def contents(self) -> list[Content]:
        """What the guardrail is shown."""
        return [Content(self.blocks[place].text, self.blocks[place].qualifiers) for place in self.guarded]

    @property
    def context(self) -> list[Content]:
        """What an answer is held against: the sources and the query, which are not guarded once more."""
        return [Content(content.text, frozenset({kind})) for content in self.contents for kind in (SOURCE, QUERY) if content.is_a(kind)]

    @property
    def passages(self) -> list[Passage]:
        """What is to be answered from, numbered as it is marked, or in order."""
        sources = [block.text for block in self.blocks if SOURCE in block.qualifiers]
        return [_passage(text, place) for place, text in enumerate(sources, start=1)]

    @property
    def question(self) -> str:
        """What is asked: the last query, or the user's last words."""
        queries = [block.text for block in self.blocks if QUERY in block.qualifiers]
        said = [block.text for block in self.blocks if block.role == "user" and SOURCE not in block.qualifiers]
        return [*(block.text for block in self.blocks), *said, *queries][-1]

    @property
    def not_known(self) -> str:
        """What is to be said when the passages don't hold the answer."""
        told = PRESCRIBED.search("\n".join(block.text for block in self.blocks if block.role == "system"))
        return (told[1] or told[2]).strip() if told else NOT_KNOWN

    def with_guarded(self, texts: Sequence[str]) -> Conversation:
        """Returns the conversation with the texts that the guardrail has masked, in the order of ``contents``."""
        places = [place for place in self.guarded if Content("", self.blocks[place].qualifiers).is_a("guard_content")]
        masked = dict(zip(places, texts, strict=True))
        return Conversation(tuple(replace(block, text=masked.get(place, block.text)) for place, block in enumerate(self.blocks)))


def conversation_of(request: Mapping[str, Any]) -> Conversation:
    """Returns the request's texts.

    Raises:
        StandInError: The roles don't alternate, a text is blank, or there is something else than text.
    """
    messages = request.get("messages") or []
    _check_roles([message["role"] for message in messages])
    for number, message in enumerate(messages):
        if not message["content"]:
            raise _invalid(f"The content field in the Message object at messages.{number} is empty. Add a ContentBlock object to it.")
    system = [block for place, each in enumerate(request.get("system") or []) for block in _blocks(each, "system", f"system.{place}")]
    said = [
        block
        for number, message in enumerate(messages)
        for place, each in enumerate(message["content"])
        for block in _blocks(each, message["role"], f"messages.{number}.content.{place}")
    ]
    return Conversation((*system, *said))


def _check_roles(roles: Sequence[str]) -> None:
    if not roles or roles[0] != "user":
        raise _invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message.")
    if any(role == before for role, before in zip(roles[1:], roles, strict=False)):
        raise _invalid("A conversation must alternate between user and assistant roles.")
    if roles[-1] != "user":
        raise _invalid("A conversation must end with a user message. Try again with a conversation that ends with a user message.")


def _blocks(block: Mapping[str, Any], role: str, path: str) -> Iterator[Block]:
    kind, value = next(iter(block.items()))
    if kind == "cachePoint":
        return
    if kind == "guardContent" and "text" in value:
        yield Block(value["text"]["text"], role, frozenset(value["text"].get("qualifiers") or ()), marked=True)
    elif kind != "text":
        raise _invalid(f"the embedded AWS reads text and guardContent with text only, got {kind} at {path}")
    elif not value.strip():
        raise _invalid(f"The text field in the ContentBlock object at {path} is blank. Add text to the text field, and try again.")
    else:
        yield Block(value, role)


def _passage(text: str, number: int) -> Passage:
    """Takes off the lines that a passage stands between, which have a key in common; the first number there is the passage's."""
    lines = text.strip().splitlines()
    keys = _keys(lines[0]) & _keys(lines[-1]) if len(lines) > 2 else set()
    if not keys:
        return Passage(number, text)
    told = re.search(r"(?<!\w)\d{1,3}(?!\w)", lines[0])
    return Passage(int(told[0]) if told else number, "\n".join(lines[1:-1]))


def _keys(line: str) -> set[str]:
    return {word for word in re.findall(r"\w+", line) if len(word) >= LEAST_KEY and any(sign.isdigit() for sign in word)}


def _invalid(message: str) -> StandInError:
    return StandInError("ValidationException", message)
