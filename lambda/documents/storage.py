"""Reading and writing JSON and text in S3, with bounded memory for Textract's responses."""

import json
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, TypedDict

from documents.clients import client

PART_BYTES = 8 * 1024 * 1024
OPENING = b'{"kind":%s,"responses":[\n'
CLOSING = b"\n]}\n"


class Location(TypedDict):
    """Where an object lies."""

    bucket: str
    key: str


def read_bytes(location: Location) -> bytes:
    """The whole object."""
    body: bytes = client("s3").get_object(Bucket=location["bucket"], Key=location["key"])["Body"].read()
    return body


def read_json(location: Location) -> dict[str, Any]:
    """The whole object as JSON."""
    value: dict[str, Any] = json.loads(read_bytes(location))
    return value


def write_json(location: Location, value: dict[str, Any]) -> None:
    """Writes ``value`` member by member, so that only one member is held twice."""
    with SpooledTemporaryFile(max_size=PART_BYTES) as file:
        for number, (name, member) in enumerate(value.items()):
            file.write(b",\n" if number else b"{\n")
            file.write(f"{json.dumps(name)}:{json.dumps(member)}".encode())
        file.write(b"\n}\n" if value else b"{}\n")
        file.seek(0)
        client("s3").put_object(Bucket=location["bucket"], Key=location["key"], Body=file, ContentType="application/json")


def write_text(location: Location, text: str) -> None:
    """Writes ``text`` as UTF-8."""
    client("s3").put_object(
        Bucket=location["bucket"], Key=location["key"], Body=text.encode(errors="replace"), ContentType="text/plain; charset=utf-8"
    )


def copy(source: Location, target: Location) -> None:
    """Copies an object, unless it would be copied onto itself."""
    if source != target:
        client("s3").copy_object(Bucket=target["bucket"], Key=target["key"], CopySource={"Bucket": source["bucket"], "Key": source["key"]})


def write_responses(location: Location, kind: str, responses: Iterable[dict[str, Any]]) -> None:
    """Writes ``{"kind": …, "responses": […]}`` with one response a line while ``responses`` are still being fetched."""
    from boto3.s3.transfer import TransferConfig  # only functions that stream pay for its import

    client("s3").upload_fileobj(
        _Stream(_lines(kind, responses)),
        location["bucket"],
        location["key"],
        ExtraArgs={"ContentType": "application/json"},
        Config=TransferConfig(use_threads=False, multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES),
    )


def read_responses(location: Location) -> Iterator[dict[str, Any]]:
    """The responses that :func:`write_responses` wrote, one at a time."""
    body = client("s3").get_object(Bucket=location["bucket"], Key=location["key"])["Body"]
    for line in body.iter_lines(chunk_size=1024 * 1024):
        response = line.rstrip(b",")
        if response.startswith(b"{") and response.endswith(b"}"):
            yield json.loads(response)


def _lines(kind: str, responses: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield OPENING % json.dumps(kind).encode()
    for number, response in enumerate(responses):
        yield (b",\n" if number else b"") + json.dumps(response, separators=(",", ":")).encode()
    yield CLOSING


class _Stream:
    """A file to read from, fed by an iterator."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = bytearray()

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._buffer) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._buffer += chunk
        end = len(self._buffer) if size < 0 else size
        data = bytes(self._buffer[:end])
        del self._buffer[:end]
        return data
