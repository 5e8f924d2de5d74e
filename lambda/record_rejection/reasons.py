"""Why an attempt ended, from what the state machine caught."""

import json
import re
from typing import Any

from documents import errors

LONGEST_MESSAGE = 500
READABLE = re.compile(rf"(?P<code>[A-Za-z0-9_.]{{1,80}}): (?P<message>.{{1,{LONGEST_MESSAGE}}})", re.DOTALL)
NAMED = frozenset(error.__name__ for error in errors.HandlerError.__subclasses__())
CODE = re.compile(r"[A-Z][A-Z_]{1,40}|[A-Z][A-Za-z0-9]{1,30}\.[A-Za-z.]{1,60}")


def explained(reason: dict[str, Any]) -> tuple[str, str]:
    """Code and message.

    Args:
        reason: ``code`` and ``message`` as an inspection gives them, or the error and the cause of a Catch. Of a cause only what this
            project's own named errors say is kept: others may quote the document or the execution's input.
    """
    code, message = str(reason.get("code") or "UNKNOWN"), str(reason.get("message") or "")
    said = READABLE.fullmatch(_cause(message)) if code in NAMED else None
    if said:
        return said["code"], said["message"]
    if code.isupper() and CODE.fullmatch(code):
        return code, message[:LONGEST_MESSAGE]
    code = code if code in NAMED or CODE.fullmatch(code) else "UNKNOWN"
    return code, f"The workflow ended with {code}."


def _cause(message: str) -> str:
    """What the error said; a function's error reaches a Catch as JSON."""
    try:
        cause = json.loads(message)
        return str(cause["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return message
