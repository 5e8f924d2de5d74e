"""Cuts objects into records, and records into requests.

Follows https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class TooLargeError(ValueError):
    """A record, or an object that is not cut, is larger than a request may be."""


def records(content: bytes, *, by_line: bool) -> list[bytes]:
    """Returns the records of an object: its lines, each with the newline that ends it, or the object itself."""
    if not by_line:
        return [content]
    return [line for line in content.splitlines(keepends=True) if line.strip()]


def batches(found: Iterable[bytes], *, multiple: bool, max_bytes: int | None) -> Iterator[list[bytes]]:
    """Yields the records of each request.

    Args:
        found: The records in their order.
        multiple: Whether a request has as many records as it can take, or one.
        max_bytes: How large a request may be; ``None`` for any size.

    Raises:
        TooLargeError: A record is larger.
    """
    batch: list[bytes] = []
    size = 0
    for record in found:
        if max_bytes is not None and len(record) > max_bytes:
            raise TooLargeError(f"a record has {len(record)} bytes, which is more than the payload of {max_bytes}")
        full = max_bytes is not None and size + len(record) > max_bytes
        if batch and (full or not multiple):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record)
    if batch:
        yield batch


def assembled(parts: Iterable[bytes], *, by_line: bool) -> bytes:
    """Returns the answers as one object, each ended by a newline if ``by_line``."""
    if not by_line:
        return b"".join(parts)
    return b"".join(part if part.endswith(b"\n") else part + b"\n" for part in parts)
