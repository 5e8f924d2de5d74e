"""How many records objects have, and whether each fits into a request.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html (MaxPayloadInMB)
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import DocumentRejected, is_code
from plan_transform.manifests import GONE, Found

CHUNK = 1024 * 1024
CHANGED = ("PreconditionFailed", "412")


@dataclass(frozen=True)
class Limits:
    """What is allowed; 0 stands for no limit.

    Args:
        max_bytes: All objects together.
        max_records: All records together.
        payload_bytes: A request to the model.
        counted: Whether objects are read for their records, which are lines.
        split: Whether objects are cut into records at all.
    """

    max_bytes: int
    max_records: int
    payload_bytes: int
    counted: bool
    split: bool


def check(bucket: str, found: list[Found], limits: Limits, pause: Callable[[], None]) -> int | None:
    """Returns how many records the objects have, or None if they aren't counted.

    Args:
        bucket: Where the objects are.
        found: They.
        limits: What is allowed.
        pause: Is called before each chunk that is read, and may raise.

    Raises:
        DocumentRejected: There is more than allowed.
    """
    size = sum(each.size for each in found)
    if size > limits.max_bytes:
        raise DocumentRejected("TOO_LARGE", f"The objects have {size} bytes, and {limits.max_bytes} are allowed.")
    for number, each in enumerate(found, 1):
        if not limits.split and limits.payload_bytes and each.size > limits.payload_bytes:
            raise DocumentRejected("RECORD_TOO_LARGE", _too_large(f"Object {number}", limits))
    if not limits.counted:
        return None
    records = 0
    for number, each in enumerate(found, 1):
        for length in _lengths(_chunks(bucket, each, pause), limits.payload_bytes):
            records += 1
            if limits.payload_bytes and length > limits.payload_bytes:
                raise DocumentRejected("RECORD_TOO_LARGE", _too_large(f"A record of object {number}", limits))
            if limits.max_records and records > limits.max_records:
                raise DocumentRejected("TOO_MANY_RECORDS", f"There are more than {limits.max_records} records.")
    if not records:
        raise DocumentRejected("EMPTY", "The objects have no records.")
    return records


def _too_large(what: str, limits: Limits) -> str:
    return f"{what} has more than the {limits.payload_bytes} bytes that a request may have."


def _chunks(bucket: str, found: Found, pause: Callable[[], None]) -> Iterator[bytes]:
    try:
        body = client("s3").get_object(Bucket=bucket, Key=found.key, IfMatch=found.etag)["Body"]
    except ClientError as error:
        if is_code(error, *GONE, *CHANGED):
            raise DocumentRejected("CHANGED", "An object was changed or deleted while it was checked.") from None
        raise
    for chunk in body.iter_chunks(CHUNK):
        pause()
        yield chunk


def _lengths(chunks: Iterable[bytes], most: int) -> Iterator[int]:
    """The sizes of the lines that aren't blank, without what ends them; a line that is too long is told as soon as that is known."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (len(line) for line in whole if line.strip())
        if most and len(rest) > most:
            yield len(rest)
    if rest.strip():
        yield len(rest)
