"""Messages about objects: events of S3, and items of a bulk run."""

import json
from dataclasses import dataclass
from typing import Any

from documents.errors import MalformedEvent
from documents.naming import Document

DETAIL_TYPES = {"aws.s3": "Object Created", "blueprint.bulk": "Object Listed"}
HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
SEQUENCER_DIGITS = 64


@dataclass(frozen=True)
class Intake:
    """A document that someone wants worked on."""

    document: Document
    attempt: int
    event: dict[str, Any]

    @property
    def is_folder(self) -> bool:
        """Whether the object is no document but what the console makes of a folder."""
        return self.document.key.endswith("/") and not self.document.size


def parse(body: str) -> Intake:
    """The document that a message is about.

    Powertools' data class of this event is not used: it unquotes the key, which EventBridge does not quote.

    Raises:
        MalformedEvent: ``body`` is neither an event of S3 nor an item of a bulk run.
    """
    try:
        event = json.loads(body)
        detail, attempt = event["detail"], event.get("attempt", 1)
        known = DETAIL_TYPES.get(event["source"]) == event["detail-type"]
        document = _document(detail["bucket"]["name"], detail["object"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedEvent("MALFORMED_EVENT", f"The message is no event of an object: {type(error).__name__}.") from None
    if not known or type(attempt) is not int or attempt < 1:
        raise MalformedEvent("MALFORMED_EVENT", "The source, the detail type or the attempt of the event is wrong.")
    return Intake(document, attempt, event)


def _document(bucket: str, item: dict[str, Any]) -> Document:
    document = Document.identify(
        bucket=bucket,
        key=item["key"],
        version_id=item.get("version-id"),
        etag=item.get("etag"),
        sequencer=item.get("sequencer") or "",
        size=item["size"],
    )
    texts, perhaps = (bucket, document.key, document.sequencer), (document.version_id, document.etag)
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(text, str | None) for text in perhaps):
        raise TypeError
    if type(document.size) is not int or not bucket or not document.key:
        raise TypeError
    if len(document.sequencer) > SEQUENCER_DIGITS or not HEXADECIMAL.issuperset(document.sequencer):
        raise ValueError
    return document
