"""Size, type, content hash and page count of a document, and what follows from them.

Limits: https://docs.aws.amazon.com/textract/latest/dg/limits-document.html
"""

from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.naming import Document
from documents.runtime import count, logger
from inspect_document import cache, files, plans
from inspect_document.refusal import Refusal, Refused

PARSING_SECONDS = 120
SPARE_SECONDS = 4
MEMORY_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Rules:
    """What a deployment accepts and wants; read from the environment.

    Args:
        features: What to look for, in the words of the settings.
        max_bytes: The largest file.
        max_pages: The longest file.
        cache_table: Results by content.
        configuration_id: Changes with everything that influences a result.
    """

    features: tuple[str, ...]
    max_bytes: int
    max_pages: int
    cache_table: str
    configuration_id: str


def inspect(document: Document, rules: Rules, context: LambdaContext) -> dict[str, Any]:
    """The verdict on ``document`` (accepted, refused or cached) and the analyses that an accepted one needs."""
    inspection: dict[str, Any] = {"verdict": "refused", "reason": None, "content_type": None, "pages": 0, "bytes": 0, "sha256": None}
    inspection |= {"analyses": [], "skipped": [], "cached": None}
    try:
        _examine(document, rules, context, inspection)
    except Refused as refused:
        reason: Refusal = refused.reason
        logger.info("refused", code=reason.code)
        inspection |= {"reason": {"code": reason.code, "message": reason.message}, "analyses": []}
    return inspection


def _examine(document: Document, rules: Rules, context: LambdaContext, inspection: dict[str, Any]) -> None:
    head = files.head(document)
    size = inspection["bytes"] = head["ContentLength"]
    if not size:
        raise Refused("EMPTY", "The file has no content.")
    if size > rules.max_bytes:
        raise Refused("TOO_LARGE", f"The file has {size} bytes, at most {rules.max_bytes} are allowed.")
    with SpooledTemporaryFile(max_size=MEMORY_BYTES) as file:
        content = files.download(document, head, file, context, check=lambda kind: _check_image(kind, size))
        inspection |= {"content_type": content.type, "sha256": content.sha256}
        pages = inspection["pages"] = _count_pages(content.type, file, rules.max_pages, _parsing_seconds(context))
    inspection["cached"] = cache.find(rules.cache_table, content.sha256, rules.configuration_id)
    if inspection["cached"]:
        inspection["verdict"] = "cached"
        count("CacheHits")
        return
    inspection["analyses"], inspection["skipped"] = plans.plan(rules.features, content.type, pages, size)
    if not inspection["analyses"]:
        raise Refused("TOO_MANY_PAGES", "The only analysis asked for takes single pages of at most 10 MB.")
    inspection["verdict"] = "accepted"


def _check_image(content_type: str, size: int) -> None:
    if content_type in files.IMAGES and size > files.SINGLE_PAGE_BYTES:
        raise Refused("TOO_LARGE", f"The image has {size} bytes, Textract takes at most {files.SINGLE_PAGE_BYTES}.")


def _parsing_seconds(context: LambdaContext) -> float:
    return max(0.1, min(PARSING_SECONDS, context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS))


def _count_pages(content_type: str, file: IO[bytes], limit: int, seconds: float) -> int:
    pages = files.count_pages(content_type, file, limit, seconds)
    if pages > limit:
        raise Refused("TOO_MANY_PAGES", f"The file has more than the {limit} pages that are allowed.")
    return pages
