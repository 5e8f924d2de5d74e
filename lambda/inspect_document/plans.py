"""Which analyses a file needs.

Images go to the operations that answer at once, PDF and TIFF to jobs. Lending exists as a job only, identity only at once.
"""

from typing import Any

from inspect_document.files import IMAGES, SINGLE_PAGE_BYTES

DOCUMENT_FEATURES = ("forms", "tables", "queries", "layout", "signatures")


def plan(features: tuple[str, ...], content_type: str, pages: int, size: int) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The analyses, and those that were asked for but don't suit the file."""
    mode = "sync" if content_type in IMAGES else "async"
    analyses, skipped = [], []
    if {"text", *DOCUMENT_FEATURES} & set(features):
        analyses.append(_analysis("document", mode, [name.upper() for name in DOCUMENT_FEATURES if name in features]))
    if "expense" in features:
        analyses.append(_analysis("expense", mode))
    if "identity" in features and pages == 1 and size <= SINGLE_PAGE_BYTES:
        analyses.append(_analysis("identity", "sync"))
    elif "identity" in features:
        skipped.append({"kind": "identity", "reason": "identity takes single pages of at most 10 MB"})
    if "lending" in features:
        analyses.append(_analysis("lending", "async"))
    return analyses, skipped


def _analysis(kind: str, mode: str, features: list[str] | None = None) -> dict[str, Any]:
    return {"kind": kind, "mode": mode, "features": features or []}
