"""Comprehend's calls for a text in chunks.

Offsets count characters (code points), as Python's strings do.
https://docs.aws.amazon.com/comprehend/latest/dg/supported-languages.html
"""

from collections.abc import Callable, Iterator
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from documents.clients import client, worst_case_seconds
from documents.errors import is_code
from documents.runtime import require_time
from enrich_text.chunks import Chunk, split

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW")
PII_LANGUAGES = ("en", "es")
SHORTEST_DETECTABLE = 20


def language(text: str) -> str | None:
    """The language that dominates the beginning of ``text``; None when there is too little of it to tell."""
    chunks = split(text)
    if not chunks or len(chunks[0].text.strip()) < SHORTEST_DETECTABLE:
        return None
    found = client("comprehend").detect_dominant_language(Text=chunks[0].text).get("Languages", ())
    best: dict[str, Any] = max(found, key=lambda candidate: candidate.get("Score", 0), default={})
    code: str | None = best.get("LanguageCode")
    return code


def entities(chunks: list[Chunk], code: str, context: LambdaContext) -> list[dict[str, Any]]:
    """Names of people, places and so on, each once, with the best score and how often it occurs."""
    return _distinct(_calls("detect_entities", "Entities", chunks, code, context), {"text": "Text", "type": "Type"})


def key_phrases(chunks: list[Chunk], code: str, context: LambdaContext) -> list[dict[str, Any]]:
    """What the text speaks about, each phrase once, with the best score and how often it occurs."""
    return _distinct(_calls("detect_key_phrases", "KeyPhrases", chunks, code, context), {"text": "Text"})


def personal_data(chunks: list[Chunk], code: str, context: LambdaContext) -> list[dict[str, Any]] | None:
    """Where personal data stands, ascending; None when Comprehend does not know the language after all."""
    spans: dict[tuple[int, int, str], float] = {}
    try:
        for chunk, found in _calls("detect_pii_entities", "Entities", chunks, code, context):
            span = (chunk.start + found["BeginOffset"], chunk.start + found["EndOffset"], found.get("Type", "PII"))
            spans[span] = max(found.get("Score", 0.0), spans.get(span, 0.0))
    except ClientError as error:
        if is_code(error, "UnsupportedLanguageException"):
            return None
        raise
    return [{"type": kind, "score": round(score, 4), "begin": begin, "end": end} for (begin, end, kind), score in sorted(spans.items())]


def _calls(operation: str, member: str, chunks: list[Chunk], code: str, context: LambdaContext) -> Iterator[tuple[Chunk, dict[str, Any]]]:
    call: Callable[..., dict[str, Any]] = getattr(client("comprehend"), operation)
    for chunk in chunks:
        require_time(context, worst_case_seconds("comprehend"))
        for found in call(Text=chunk.text, LanguageCode=code).get(member, ()):
            yield chunk, found


def _distinct(findings: Iterator[tuple[Chunk, dict[str, Any]]], members: dict[str, str]) -> list[dict[str, Any]]:
    distinct: dict[tuple[str, ...], dict[str, Any]] = {}
    for _, found in findings:
        identity = {name: found.get(member, "") for name, member in members.items()}
        entry = distinct.setdefault(tuple(identity.values()), identity | {"score": 0.0, "count": 0})
        entry["score"] = max(entry["score"], round(found.get("Score", 0.0), 4))
        entry["count"] += 1
    return list(distinct.values())
