"""What is looked for in documents, and which calls of Textract and Comprehend that takes."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

DOCUMENT_FEATURES = ("forms", "tables", "queries", "layout", "signatures")
FEATURES = ("text", *DOCUMENT_FEATURES, "expense", "identity", "lending")
TEXT_FEATURES = ("entities", "key_phrases", "pii")

SYNCHRONOUS = {"text": "DetectDocumentText", "document": "AnalyzeDocument", "expense": "AnalyzeExpense", "identity": "AnalyzeID"}
ASYNCHRONOUS = {
    "text": "DocumentTextDetection",
    "document": "DocumentAnalysis",
    "expense": "ExpenseAnalysis",
    "lending": "LendingAnalysis",
}
COMPREHEND = {"entities": "DetectEntities", "key_phrases": "DetectKeyPhrases", "pii": "DetectPiiEntities"}


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question to ask of every document.

    Args:
        text: The question, 1 to 200 characters of ASCII.
        alias: Name of the answer.
        pages: Pages to look at, such as ``1``, ``2-4`` or ``*``; the first page when left out.
    """

    text: str
    alias: str | None = None
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Review:
    """Which fields people check, how long a document waits for them, and what happens then.

    Args:
        confidence_percent: Fields below it are checked, above 0 and at most 100.
        timeout_hours: How long a document waits.
        on_timeout: ``accept`` stores the fields as they are, ``reject`` stores the document as rejected, ``fail`` fails the execution.
    """

    confidence_percent: float
    timeout_hours: int
    on_timeout: Literal["accept", "reject", "fail"]


@dataclass(frozen=True, kw_only=True)
class DocumentOptions:
    """What is looked for in documents, and which documents are taken.

    Args:
        features: Any of ``FEATURES``, at least one.
        queries: Asked when ``features`` has ``queries``.
        text_features: Any of ``TEXT_FEATURES``, for Comprehend; none leaves Comprehend out.
        language: ``auto``, or the code of the language that all documents are in.
        max_pages: The longest document.
        max_bytes: The largest file.
        review: What people check; nothing when left out.

    Raises:
        ValueError: A feature that doesn't exist, or queries without questions.

    See https://docs.aws.amazon.com/textract/latest/dg/how-it-works.html
    """

    features: tuple[str, ...]
    queries: tuple[Query, ...] = ()
    text_features: tuple[str, ...] = ()
    language: str = "auto"
    max_pages: int = 3000
    max_bytes: int = 500_000_000
    review: Review | None = None

    def __post_init__(self) -> None:
        if not self.features or not set(self.features) <= set(FEATURES):
            raise ValueError(f"features must be at least one of {', '.join(FEATURES)}, got {', '.join(self.features) or 'none'}")
        if not set(self.text_features) <= set(TEXT_FEATURES):
            raise ValueError(f"text_features must be any of {', '.join(TEXT_FEATURES)}, got {', '.join(self.text_features)}")
        if ("queries" in self.features) is not bool(self.queries):
            raise ValueError(f"queries must be asked exactly when features has 'queries', got {len(self.queries)} of them")

    @property
    def families(self) -> tuple[str, ...]:
        """The kinds of analysis; ``text`` is the document analysis without features."""
        document = ("document",) if set(DOCUMENT_FEATURES) & set(self.features) else ("text",) if "text" in self.features else ()
        return (*document, *(name for name in ("expense", "identity", "lending") if name in self.features))

    @property
    def synchronous_actions(self) -> list[str]:
        """The calls of Textract that answer at once."""
        return [f"textract:{SYNCHRONOUS[family]}" for family in self.families if family in SYNCHRONOUS]

    @property
    def start_actions(self) -> list[str]:
        """The calls of Textract that start a job."""
        return [f"textract:Start{ASYNCHRONOUS[family]}" for family in self.families if family in ASYNCHRONOUS]

    @property
    def get_actions(self) -> list[str]:
        """The calls of Textract that fetch what a job found."""
        return [f"textract:Get{ASYNCHRONOUS[family]}" for family in self.families if family in ASYNCHRONOUS]

    @property
    def comprehend_actions(self) -> list[str]:
        """The calls of Comprehend."""
        detect_language = ["comprehend:DetectDominantLanguage"] if self.text_features and self.language == "auto" else []
        return [*detect_language, *(f"comprehend:{COMPREHEND[name]}" for name in self.text_features)]

    @property
    def configuration_id(self) -> str:
        """Changes with everything that influences a result; part of the key of cached ones."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def wanted(self) -> str:
        """The features as JSON."""
        return json.dumps(self.features)

    @property
    def text_wanted(self) -> str:
        """The text features as JSON."""
        return json.dumps(self.text_features)

    @property
    def questions(self) -> str:
        """The queries as JSON, without what was left out."""
        return json.dumps([{name: value for name, value in asdict(query).items() if value} for query in self.queries])
