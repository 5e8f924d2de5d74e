"""Which objects a request names.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformS3DataSource.html
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import DocumentRejected, is_code
from documents.naming import Document
from plan_transform.requests import Request

MANIFEST, REQUEST_FILE = ".manifest", ".json"
LARGEST_FILE = 2 * 1024 * 1024
GONE = ("NoSuchKey", "NoSuchVersion", "404")


@dataclass(frozen=True)
class Found:
    """An object of the data."""

    key: str
    size: int
    etag: str


@dataclass(frozen=True)
class Scope:
    """Where data may lie, and of how many objects.

    Args:
        bucket: Holds requests and data.
        prefix: Start of the keys of data; ends with a slash.
        most: How many objects one request may have.
    """

    bucket: str
    prefix: str
    most: int

    @property
    def address(self) -> str:
        """How addresses of data begin."""
        return f"s3://{self.bucket}/{self.prefix}"


def objects(request: Request, scope: Scope) -> list[Found]:
    """The objects that a request names, all of which exist.

    Raises:
        DocumentRejected: The file is none of the two forms, or names what it may not.
    """
    if request.file is None:
        return _below(request.prefix, scope)
    if not request.file.key.endswith((MANIFEST, REQUEST_FILE)):
        raise DocumentRejected("UNSUPPORTED_TYPE", f"Names of files must end in {MANIFEST} or {REQUEST_FILE}.")
    content = _content(request.file, scope)
    if request.file.key.endswith(REQUEST_FILE):
        return _below(_prefix(content, scope), scope)
    return [_object(number, key, scope) for number, key in enumerate(_keys(content, scope), 1)]


def _content(file: Document, scope: Scope) -> Any:
    if not 0 < file.size <= LARGEST_FILE:
        raise DocumentRejected("FILE_SIZE", f"The file must have 1 to {LARGEST_FILE} bytes, got {file.size}.")
    version = {"VersionId": file.version_id} if file.version_id else {}
    try:
        body = client("s3").get_object(Bucket=scope.bucket, Key=file.key, **version)["Body"].read()
    except ClientError as error:
        if is_code(error, *GONE):
            raise DocumentRejected("GONE", "The file was deleted before it was read.") from None
        raise
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DocumentRejected("MALFORMED", "The file isn't JSON.") from None


def _prefix(content: Any, scope: Scope) -> str:
    prefix = content.get("prefix") if isinstance(content, dict) else None
    if not isinstance(prefix, str) or set(content) != {"prefix"}:
        raise DocumentRejected("MALFORMED", 'A request file must be an object with one member, such as {"prefix": "data/2026/"}.')
    return prefix.removeprefix(f"s3://{scope.bucket}/")


def _keys(content: Any, scope: Scope) -> list[str]:
    """The keys of a manifest, each once and within the scope."""
    first, *names = content if isinstance(content, list) and content else [None]
    if not isinstance(first, dict) or set(first) != {"prefix"} or not isinstance(first["prefix"], str):
        raise DocumentRejected("MALFORMED", 'A manifest must be a list that begins with {"prefix": "s3://…/"} alone.')
    if not names:
        raise DocumentRejected("EMPTY", "The manifest names no objects.")
    if len(names) > scope.most:
        raise DocumentRejected("TOO_MANY_OBJECTS", f"The manifest names {len(names)} objects, and {scope.most} are allowed.")
    for number, name in enumerate(names, 1):
        if not isinstance(name, str) or not name:
            raise DocumentRejected("MALFORMED", f"Name {number} of the manifest must be a text.")
        if not f"{first['prefix']}{name}".startswith(scope.address):
            raise DocumentRejected("OUT_OF_SCOPE", f"Object {number} of the manifest must be below {scope.address}.")
    keys = [f"{first['prefix']}{name}".removeprefix(f"s3://{scope.bucket}/") for name in names]
    if len(set(keys)) < len(keys):
        raise DocumentRejected("REPEATED", f"Each object must be named once; {len(keys) - len(set(keys))} names are repeated.")
    return keys


def _object(number: int, key: str, scope: Scope) -> Found:
    try:
        told = client("s3").head_object(Bucket=scope.bucket, Key=key)
    except ClientError as error:
        if is_code(error, *GONE):
            raise DocumentRejected("MISSING", f"Object {number} of the manifest doesn't exist.") from None
        raise
    if not told["ContentLength"]:
        raise DocumentRejected("EMPTY_OBJECT", f"Object {number} of the manifest is empty.")
    return Found(key, told["ContentLength"], told["ETag"])


def _below(prefix: str, scope: Scope) -> list[Found]:
    """The objects below a prefix; empty ones are left out, as folders and the marks of other programs are."""
    if not prefix.startswith(scope.prefix):
        raise DocumentRejected("OUT_OF_SCOPE", f"The prefix must be {scope.address} or below.")
    found: list[Found] = []
    for each in _listed(prefix, scope):
        found.append(each)
        if len(found) > scope.most:
            raise DocumentRejected("TOO_MANY_OBJECTS", f"There are more than {scope.most} objects below the prefix.")
    if not found:
        raise DocumentRejected("EMPTY", "There are no objects with content below the prefix.")
    return found


def _listed(prefix: str, scope: Scope) -> Iterator[Found]:
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=scope.bucket, Prefix=prefix):
        yield from (Found(item["Key"], item["Size"], item["ETag"]) for item in page.get("Contents", ()) if item["Size"])
