"""What is asked of a model, checked before anything is called."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from inference.errors import Refused, TooLarge, UnsupportedType
from inference.settings import Settings

LONGEST_HEADER = 1024
ANYTHING = "*/*"
CHARSETS = ("", "utf-8", "utf8", "us-ascii")


@dataclass(frozen=True)
class Request:
    """A body for the model.

    Args:
        body: What the caller sent.
        content_type: Its media type as the caller wrote it, with parameters.
        accept: The media type that the caller wants; empty when anything will do.
    """

    body: bytes
    content_type: str
    accept: str = ""


def parse(event: Any, settings: Settings) -> Request:
    """The request in an event of API Gateway's proxy integration.

    Raises:
        Refused: Says what is wrong and what is allowed.
        TooLarge: More bytes than are passed on.
        UnsupportedType: A content type that isn't passed on.
    """
    content_type = _content_type(header(event, "content-type"), settings)
    return Request(_body(event, settings.max_request_bytes), content_type, _accept(header(event, "accept")))


def header(event: Any, name: str) -> str:
    """The header called ``name``, in whatever case the caller wrote it; empty when there is none."""
    headers = event.get("headers") if isinstance(event, dict) else None
    given = headers if isinstance(headers, Mapping) else {}
    return next((value.strip() for key, value in given.items() if str(key).lower() == name and isinstance(value, str)), "")


def _content_type(given: str, settings: Settings) -> str:
    message = Message()
    message["Content-Type"] = _printable("Content-Type", given)
    if not given or message.get_content_type() not in settings.content_types:
        allowed = ", ".join(settings.content_types)
        raise UnsupportedType("CONTENT_TYPE", f"The Content-Type must be one of {allowed}.")
    if str(message.get_param("charset", "")).lower() not in CHARSETS:
        raise UnsupportedType("CHARSET", "The charset of the Content-Type must be utf-8.")
    return given


def _accept(given: str) -> str:
    return "" if given == ANYTHING else _printable("Accept", given)


def _printable(name: str, given: str) -> str:
    """Headers that SageMaker would refuse."""
    if len(given) > LONGEST_HEADER or not (given.isascii() and (given.isprintable() or not given)):
        raise Refused("HEADER", f"{name} must be at most {LONGEST_HEADER} printable ASCII characters.")
    return given


def _body(event: Any, most_bytes: int) -> bytes:
    body = event.get("body") if isinstance(event, dict) else None
    if not isinstance(body, str) or not body:
        raise Refused("BODY", "The body must not be empty.")
    try:
        content = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") is True else body.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise Refused("BODY", "The body must be well-formed UTF-8, or bytes of a binary content type.") from None
    if len(content) > most_bytes:
        raise TooLarge("BODY", f"The body must be at most {most_bytes} bytes, got {len(content)}.")
    return content
