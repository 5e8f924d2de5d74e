"""Messages of the queue of changes: events of S3, and requests.

Keys are not quoted in events that come by EventBridge: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
from dataclasses import dataclass
from typing import Any

from documents.errors import MalformedEvent

LEFT = "blueprint.left"
"""Changes came too late for a run. They are counted already, so that the next one knows whether all data sources were asked for."""
EVERYTHING = ("blueprint.again", "blueprint.schedule")
"""Ask for all data sources, not for that of the uploads alone."""
CREATED, DELETED = "Object Created", "Object Deleted"


@dataclass(frozen=True)
class Change:
    """An object that was created or deleted; ``version`` is its ETag, and empty when it was deleted."""

    key: str
    deleted: bool
    size: int
    version: str

    @property
    def is_folder(self) -> bool:
        """Whether it is no document but what the console makes of a folder."""
        return self.key.endswith("/") and not self.size


def request_of(body: str) -> str | None:
    """What a message asks for that names no object: ``LEFT`` or one of ``EVERYTHING``."""
    try:
        event = json.loads(body)
    except ValueError:
        return None
    source = event.get("source") if isinstance(event, dict) else None
    return source if source in (LEFT, *EVERYTHING) else None


def parse(body: str, bucket: str) -> Change:
    """The change that a message is about.

    Raises:
        MalformedEvent: It is no event of an object in ``bucket``.
    """
    try:
        event = json.loads(body)
        detail = event["detail"]
        known = event["source"] == "aws.s3" and detail["bucket"]["name"] == bucket
        change = _change(event["detail-type"], detail["object"])
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedEvent("MALFORMED_EVENT", f"The message is no event of an object: {type(error).__name__}.") from None
    if not known:
        raise MalformedEvent("MALFORMED_EVENT", "The source or the bucket of the event is wrong.")
    return change


def _change(kind: str, item: dict[str, Any]) -> Change:
    if kind == DELETED:
        change = Change(item["key"], True, 0, "")
    elif kind == CREATED:
        change = Change(item["key"], False, item["size"], item["etag"].strip('"'))
    else:
        raise ValueError(kind)
    if not isinstance(change.key, str) or not change.key or type(change.size) is not int:
        raise TypeError
    return change
