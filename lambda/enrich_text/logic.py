"""What Comprehend finds in a text, and the text without its personal data."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import storage
from documents.naming import work_key
from documents.storage import Location
from enrich_text import comprehend
from enrich_text.chunks import OVERLAP_CHARACTERS, split
from enrich_text.redaction import redacted

DONE, UNSUPPORTED, OFF = "done", "unsupported_language", "off"


@dataclass(frozen=True)
class Settings:
    """What this function is told.

    Args:
        results_bucket: Where the text lies and the findings go.
        text_features: Any of entities, key_phrases, pii.
        language: A code of Comprehend's, or auto.
    """

    results_bucket: str
    text_features: tuple[str, ...]
    language: str


def enrich(document_id: str, attempt: int, settings: Settings, context: LambdaContext) -> dict[str, Any]:
    """Stores the findings and, when personal data was looked for in all of the text, the redacted text."""

    def place(name: str) -> Location:
        return {"bucket": settings.results_bucket, "key": work_key(document_id, attempt, name)}

    text = storage.read_bytes(place("text.txt")).decode()
    findings = examine(text, settings, context)
    if findings["redaction"] == DONE:
        target = place("redacted.txt")
        storage.write_text(target, redacted(text, findings["pii"]))
        findings["redacted_key"] = target["key"]
    location = place("enrichment.json")
    storage.write_json(location, findings)
    counts = {name: len(findings[name]) for name in ("entities", "key_phrases", "pii")}
    return {"location": location, "language": findings["language"], "counts": counts, "redaction": findings["redaction"]}


def examine(text: str, settings: Settings, context: LambdaContext) -> dict[str, Any]:
    """The findings of the features that are asked for and know the language."""
    wanted = settings.text_features
    findings: dict[str, Any] = {"language": None, "entities": [], "key_phrases": [], "pii": [], "redaction": OFF, "redacted_key": None}
    language = findings["language"] = comprehend.language(text) if settings.language == "auto" else settings.language
    chunks = split(text)
    if "entities" in wanted and language in comprehend.LANGUAGES:
        findings["entities"] = comprehend.entities(chunks, language, context)
    if "key_phrases" in wanted and language in comprehend.LANGUAGES:
        findings["key_phrases"] = comprehend.key_phrases(chunks, language, context)
    if "pii" in wanted:
        found = _personal_data(text, language, context)
        findings |= {"pii": found or [], "redaction": UNSUPPORTED if found is None else DONE}
    return findings


def _personal_data(text: str, language: str | None, context: LambdaContext) -> list[dict[str, Any]] | None:
    if not text.strip():
        return []
    if language not in comprehend.PII_LANGUAGES:
        return None
    return comprehend.personal_data(split(text, overlap=OVERLAP_CHARACTERS), language, context)
