"""Answers to first questions, given again to whoever may have been given them."""

import hashlib
import json
import time
import unicodedata
from typing import Any

from questions.callers import Caller
from questions.clients import client
from questions.deadlines import Deadline
from questions.settings import Settings
from questions.shapes import part, text
from questions.stores import HOUR_SECONDS, dispensable

MEMBERS = {"outcome", "answer", "citations", "passages", "withheld", "model", "guardrail"}
"""Of a response: what doesn't belong to one request."""
LARGEST_ITEM_BYTES = 350_000
"""DynamoDB takes 400 KB, keys and names included."""


def key_of(caller: Caller, question: str, settings: Settings) -> str:
    """The key of an answer: one tenant, one question, one configuration."""
    parts = [caller.tenant, normalised(question), settings.configuration_id]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def normalised(question: str) -> str:
    """The question without differences that nobody means: case, spaces, and how letters are composed."""
    return " ".join(unicodedata.normalize("NFC", question).casefold().split())


def found(caller: Caller, question: str, settings: Settings, deadline: Deadline) -> dict[str, Any] | None:
    """The response that was kept, if there is one."""
    if not settings.cache_table:
        return None
    key = {"pk": {"S": key_of(caller, question, settings)}}
    answer = dispensable(
        lambda seconds: client("dynamodb", seconds).get_item(TableName=settings.cache_table, Key=key), deadline, "the cache was not read"
    )
    item = part(answer, "Item")
    if int(text(part(item, "expires_at"), "N") or 0) <= time.time():  # DynamoDB deletes days later
        return None
    try:
        response = json.loads(text(part(item, "response"), "S"))
    except ValueError:
        return None
    return response if isinstance(response, dict) and MEMBERS.issubset(response) else None


def kept(response: dict[str, Any], caller: Caller, question: str, settings: Settings, deadline: Deadline) -> None:
    """Keeps ``MEMBERS`` of a response; one that can't be kept is still given."""
    written = json.dumps({name: response[name] for name in MEMBERS})
    if not settings.cache_table or len(written) > LARGEST_ITEM_BYTES:
        return
    item = {
        "pk": {"S": key_of(caller, question, settings)},
        "response": {"S": written},
        "expires_at": {"N": str(int(time.time()) + settings.cache_hours * HOUR_SECONDS)},
    }
    dispensable(
        lambda seconds: client("dynamodb", seconds).put_item(TableName=settings.cache_table, Item=item), deadline, "the answer was not kept"
    )
