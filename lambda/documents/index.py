"""The index of documents: one row an object, of which the newest version wins.

S3 numbers the versions of a key by ``sequencer``: hexadecimal, of varying length, compared as text after padding with zeros on the right.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from typing import Any

from botocore.exceptions import ClientError

from documents import tables
from documents.errors import is_code
from documents.naming import Document

SEQUENCER_DIGITS = 64
CONTENT = ("sha256", "content_type", "pages", "result_bucket", "result_key", "redacted_key", "counts", "reason", "expires_at")

_FIRST = "attribute_not_exists(#document)"
_NEWER = "attribute_not_exists(#sequencer) OR #sequencer < :sequencer OR (#sequencer = :sequencer AND #attempt <= :attempt)"
_OTHER_OR_LATER = "#id <> :id OR #attempt <= :attempt"


def ordered(sequencer: str) -> str:
    """``sequencer`` in the form in which text order is event order."""
    return sequencer.upper().ljust(SEQUENCER_DIGITS, "0") if sequencer else ""


def record(table: str, document: Document, attempt: int, status: str, content: dict[str, Any]) -> bool:
    """Writes the document's row unless the row tells of a newer version or a later attempt; says whether it did.

    Args:
        table: The index.
        document: The document; without a sequencer it is taken for the newest.
        attempt: The attempt that ended.
        status: SUCCEEDED, REJECTED, REFUSED or FAILED.
        content: Any of ``CONTENT``; what is left out is removed from the row.
    """
    sequencer = ordered(document.sequencer)
    values: dict[str, Any] = dict.fromkeys(CONTENT) | content
    values |= {"id": document.id, "attempt": attempt, "status": status, "version_id": document.version_id, "updated_at": tables.now()}
    operands: dict[str, Any] = {"attempt": attempt}
    if sequencer:
        values["sequencer"] = operands["sequencer"] = sequencer
    else:
        operands["id"] = document.id
    condition = f"{_FIRST} OR {_NEWER if sequencer else _OTHER_OR_LATER}"
    try:
        tables.update(table, {"document": document.path}, values, condition=condition, operands=operands)
    except ClientError as error:
        if is_code(error, "ConditionalCheckFailedException"):
            return False
        raise
    return True
