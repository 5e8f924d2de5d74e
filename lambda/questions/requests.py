"""What is asked, checked before anything is called."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from questions.errors import Refused, TooLarge
from questions.settings import Settings

MEMBERS = {"question", "session_id"}
LONGEST_ESCAPE_BYTES = 12
"""Of one character in JSON: a pair of surrogates."""
FRAME_BYTES = 1024
_SESSION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Question:
    """A question, on its own or as part of a session."""

    text: str
    session_id: str | None = None


def parse(event: Any, settings: Settings) -> Question:
    """The question of an event of API Gateway's proxy integration.

    Raises:
        Refused: Says what is wrong and what is allowed.
        TooLarge: More bytes than any allowed question needs.
    """
    body = _body(event, FRAME_BYTES + LONGEST_ESCAPE_BYTES * settings.max_question_characters)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refused("BODY", 'The body must be a JSON object such as {"question": "…"}.')
    if set(given) - MEMBERS:
        raise Refused("MEMBERS", f"The members of the body must be {' and '.join(sorted(MEMBERS))}.")
    return Question(_text(given.get("question"), settings.max_question_characters), _session_id(given.get("session_id")))


def _body(event: Any, most_bytes: int) -> bytes:
    body = event.get("body") if isinstance(event, dict) else None
    if not isinstance(body, str):
        raise Refused("BODY", 'The body must be a JSON object such as {"question": "…"}.')
    content = body.encode(errors="replace")
    if event.get("isBase64Encoded") is True:
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise Refused("BODY", "The body must be JSON, or JSON in base64.") from None
    if len(content) > most_bytes:
        raise TooLarge("BODY", f"The body must be at most {most_bytes} bytes, got {len(content)}.")
    return content


def _text(question: Any, most_characters: int) -> str:
    if not isinstance(question, str) or not question.strip() or len(question) > most_characters:
        got = f"{len(question)}" if isinstance(question, str) and question.strip() else "none"
        raise Refused("QUESTION", f"question must be a text of 1 to {most_characters} characters, got {got}.")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise Refused("QUESTION", "question must be well-formed Unicode, got half of a surrogate pair.")
    return question.strip()


def _session_id(given: Any) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or not _SESSION_ID.fullmatch(given):
        raise Refused("SESSION_ID", "session_id must be the session_id of an earlier response.")
    return given
