"""Comprehend, answered by rules and by small models that come in wheels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.comprehend.entities import entities
from blueprints.local.stand_ins.comprehend.findings import Finding
from blueprints.local.stand_ins.comprehend.key_phrases import key_phrases
from blueprints.local.stand_ins.comprehend.language import languages
from blueprints.local.stand_ins.comprehend.personal_data import personal_data
from blueprints.local.stand_ins.comprehend.sentiment import LANGUAGES as SENTIMENT_LANGUAGES
from blueprints.local.stand_ins.comprehend.sentiment import sentiment

LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW")
PERSONAL_DATA_LANGUAGES = ("en", "es")
MAX_BYTES, MAX_SENTIMENT_BYTES = 100_000, 5_000


class ComprehendStandIn:
    """Answers Comprehend's synchronous operations on one text.

    Offsets count characters, as Comprehend's do; a score is the strength of the rule that found the thing, and below 1.
    Limits: https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html
    """

    name = "text rules"
    service = "comprehend"

    def __init__(self) -> None:
        self._answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "DetectDominantLanguage": _detect_dominant_language,
            "DetectEntities": _detect_entities,
            "DetectKeyPhrases": _detect_key_phrases,
            "DetectPiiEntities": _detect_pii_entities,
            "ContainsPiiEntities": _contains_pii_entities,
            "DetectSentiment": _detect_sentiment,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:  # noqa: ARG002
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that Comprehend declares for the operation.
        """
        return self._answers[operation](request)


def _detect_dominant_language(request: dict[str, Any]) -> dict[str, Any]:
    found = languages(_text(request, None))
    return {"Languages": [{"LanguageCode": code, "Score": score} for code, score in found]}


def _detect_entities(request: dict[str, Any]) -> dict[str, Any]:
    if "EndpointArn" in request or "Bytes" in request:
        raise StandInError("InvalidRequestException", "Custom entity recognizers are not available: give Text and LanguageCode")
    text = _text(request, LANGUAGES)
    return {"Entities": [{"Type": found.kind, **_part(text, found)} for found in entities(text)]}


def _detect_key_phrases(request: dict[str, Any]) -> dict[str, Any]:
    text = _text(request, LANGUAGES)
    return {"KeyPhrases": [_part(text, found) for found in key_phrases(text, request["LanguageCode"])]}


def _detect_pii_entities(request: dict[str, Any]) -> dict[str, Any]:
    text = _text(request, PERSONAL_DATA_LANGUAGES)
    found = personal_data(text)
    return {"Entities": [{"Type": each.kind, "Score": each.score, "BeginOffset": each.begin, "EndOffset": each.end} for each in found]}


def _contains_pii_entities(request: dict[str, Any]) -> dict[str, Any]:
    scores: dict[str, float] = {}
    for found in personal_data(_text(request, PERSONAL_DATA_LANGUAGES)):
        scores[found.kind] = max(found.score, scores.get(found.kind, 0.0))
    return {"Labels": [{"Name": kind, "Score": score} for kind, score in scores.items()]}


def _detect_sentiment(request: dict[str, Any]) -> dict[str, Any]:
    mood, shares = sentiment(_text(request, SENTIMENT_LANGUAGES, most=MAX_SENTIMENT_BYTES))
    return {"Sentiment": mood, "SentimentScore": shares}


def _text(request: dict[str, Any], spoken: tuple[str, ...] | None, *, most: int = MAX_BYTES) -> str:
    """Returns the request's text if it is neither empty nor too long, and in a language that is spoken here."""
    text = request.get("Text") or ""
    code = request.get("LanguageCode")
    if not text.strip():
        raise StandInError("InvalidRequestException", "Input text can't be empty")
    if spoken and code not in LANGUAGES:
        raise StandInError("InvalidRequestException", f"LanguageCode must be one of {', '.join(LANGUAGES)}, got {code!r}")
    if spoken and code not in spoken:
        raise StandInError("UnsupportedLanguageException", f"Language code {code} is not supported: use one of {', '.join(spoken)}")
    size = len(text.encode())
    if size > most:
        raise StandInError("TextSizeLimitExceededException", f"Input text size of {size} bytes exceeds the limit of {most} bytes")
    return str(text)


def _part(text: str, found: Finding) -> dict[str, Any]:
    return {"Text": text[found.begin : found.end], "Score": found.score, "BeginOffset": found.begin, "EndOffset": found.end}
