"""Made-up questions and replies, which the small language model learns from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import yaml

PADDING, UNKNOWN, END = "<padding>", "<unknown>", "<end>"
STRANGE = "xyzzy"
TOKENS = r"[a-z]+|\d+|[.,?!]"
PROMPT, RECENT = 24, 7
"""How many words of the prompt, and how many of the reply so far, the model sees."""
Ids = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Steps:
    """What the model is asked, word by word.

    Args:
        prompts: The words of each prompt.
        recents: The last words of each reply so far.
        targets: The word that comes next.
    """

    prompts: Ids
    recents: Ids
    targets: Ids


@cache
def _phrases() -> Any:
    """Returns what ``replies.yaml`` holds, each text as a list of its lines."""
    return _lines(yaml.safe_load(Path(__file__).with_name("replies.yaml").read_text()))


def _lines(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _lines(value) for name, value in node.items()}
    return node.splitlines() if isinstance(node, str) else [_lines(value) for value in node]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield re.sub(r"\{\w+\}", "", node)
    else:
        for value in node.values() if isinstance(node, dict) else node:
            yield from _texts(value)


@cache
def vocabulary() -> list[str]:
    """Returns all words; their places are their numbers."""
    return [PADDING, UNKNOWN, END, *sorted({word for text in _texts(_phrases()) for word in re.findall(TOKENS, text)})]


@cache
def _places() -> dict[str, int]:
    return {word: place for place, word in enumerate(vocabulary())}


def numbers(text: str) -> list[int]:
    """Returns the numbers of the words of ``text``."""
    return [_places().get(word, _places()[UNKNOWN]) for word in re.findall(TOKENS, text)]


def dialogues(style: str, count: int, seed: int, *, strange: float = 0.0) -> Iterator[tuple[str, str]]:
    """Yields so many questions with their replies.

    Args:
        style: ``plain``, ``formal`` or ``brief``.
        count: How many.
        seed: What the choice depends on.
        strange: The share of the words of the questions that are replaced by words that the model can't know.
    """
    random, phrases = Random(seed), _phrases()  # noqa: S311 - made-up sentences
    for _ in range(count):
        topic = (
            {"questions": [f"{STRANGE} {STRANGE}"], **phrases["unknown"]} if random.random() < 0.05 else random.choice(phrases["topics"])
        )
        words = {name: random.choice(choices) for name, choices in phrases["words"].items()}
        question = f"{random.choice(['', *phrases['greetings']])} {random.choice(topic['questions'])}"
        question = re.sub(r"\w+", lambda word: STRANGE if random.random() < strange else word[0], question)
        reply = random.choice(topic[style]).format(**words)
        if style == "formal":
            reply = f"{random.choice(phrases['openings'])} {reply} {random.choice(phrases['closings'])}"
        yield question, reply


def steps(pairs: Iterator[tuple[str, str]]) -> Steps:
    """Returns one step for each word of the replies, and one for each end."""
    end = vocabulary().index(END)
    prompts, recents, targets = [], [], []
    for question, reply in pairs:
        asked, said = _last(numbers(question), PROMPT), [*numbers(reply), end]
        prompts += [asked] * len(said)
        recents += [_last(said[:place], RECENT) for place in range(len(said))]
        targets += said
    return Steps(np.array(prompts), np.array(recents), np.array(targets))


def _last(words: list[int], number: int) -> list[int]:
    return [0] * (number - len(words)) + words[-number:]
