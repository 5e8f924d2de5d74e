"""Reading a document once: type by its first bytes, hash, and pages."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import is_code
from documents.naming import Document
from documents.runtime import require_time
from inspect_document import tiff
from inspect_document.refusal import Refused

PDF, TIFF, JPEG, PNG = "application/pdf", "image/tiff", "image/jpeg", "image/png"
IMAGES = (JPEG, PNG)
SINGLE_PAGE_BYTES = 10_485_760
CHUNK_BYTES = 1024 * 1024
PDF_HEADER_WITHIN = 1024
PNG_HEADER = b"\x89PNG\r\n\x1a\n"
PNG_HEADER_BYTES = 33
SPARE_SECONDS = 5
GONE_CODES = ("404", "405", "412", "MethodNotAllowed", "NoSuchKey", "NoSuchVersion", "NotFound", "PreconditionFailed")


@dataclass(frozen=True)
class Content:
    """What the bytes of a file say."""

    type: str
    sha256: str


def head(document: Document) -> dict[str, Any]:
    """The object's metadata.

    Raises:
        Refused: The version that the event was about is no longer there.
    """
    answer = _get("head_object", document, {})
    replaced = not document.version_id and document.etag and answer["ETag"].strip('"') != document.etag.strip('"')
    if replaced or answer.get("DeleteMarker"):
        raise _gone()
    return answer


def download(document: Document, head: dict[str, Any], file: IO[bytes], context: LambdaContext, *, check: Callable[[str], None]) -> Content:
    """Copies the document into ``file``; stops after the first chunk when its type is refused."""
    condition = {} if document.version_id else {"IfMatch": head["ETag"]}
    body = _get("get_object", document, condition)["Body"]
    digest = hashlib.sha256()
    content_type = ""
    with body:
        while chunk := body.read(CHUNK_BYTES):
            require_time(context, SPARE_SECONDS)
            content_type = content_type or _accepted(chunk, check)
            digest.update(chunk)
            file.write(chunk)
    return Content(content_type, digest.hexdigest())


def count_pages(content_type: str, file: IO[bytes], limit: int, seconds: float) -> int:
    """The number of pages; counting may stop above ``limit``, and has to end within ``seconds``.

    Raises:
        Refused: The file is corrupt or encrypted.
    """
    if content_type == PDF:
        from inspect_document import pdf  # pypdf takes longer to import than everything else together, and images don't need it

        return pdf.count_pages(file, seconds)
    return tiff.count_pages(file, limit) if content_type == TIFF else 1


def _get(operation: str, document: Document, extra: dict[str, str]) -> dict[str, Any]:
    version = {"VersionId": document.version_id} if document.version_id else {}
    try:
        answer: dict[str, Any] = getattr(client("s3"), operation)(Bucket=document.bucket, Key=document.key, **version, **extra)
    except ClientError as error:
        if is_code(error, *GONE_CODES):
            raise _gone() from None
        if is_code(error, "InvalidObjectState"):
            raise Refused("GONE", "The file is archived; restore it first.") from None
        raise
    return answer


def _gone() -> Refused:
    return Refused("GONE", "The file was deleted or replaced before it was read.")


def _accepted(start: bytes, check: Callable[[str], None]) -> str:
    content_type = _content_type(start)
    check(content_type)
    return content_type


def _content_type(start: bytes) -> str:
    if b"%PDF-" in start[:PDF_HEADER_WITHIN]:
        return PDF
    if start.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    if start.startswith(PNG_HEADER):
        if len(start) < PNG_HEADER_BYTES or start[12:16] != b"IHDR":
            raise Refused("CORRUPT", "The PNG file breaks off in its header.")
        return PNG
    raise Refused("UNSUPPORTED_TYPE", "The file is none of PDF, TIFF, JPEG and PNG.")
