"""Settings of document analysis."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ml_constructs.ai_services.document_options import DocumentOptions, Query, Review
from stacks.base import BlueprintSettings
from stacks.settings.models import BucketName, KeyArn, SettingsModel

Feature = Literal["text", "forms", "tables", "queries", "layout", "signatures", "expense", "identity", "lending"]
TextFeature = Literal["entities", "key_phrases", "pii"]
Language = Literal["auto", "en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"]
QueryText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[ -~\s]+$")]
Pages = Annotated[str, StringConstraints(pattern=r"^(\*|[1-9][0-9]{0,3}(-([1-9][0-9]{0,3}|\*))?)$")]

MEGABYTE = 1_000_000
JOB_HOURS = 2
PII_LANGUAGES = ("auto", "en", "es")


class QuerySettings(SettingsModel):
    """A question to ask of every document."""

    text: QueryText
    """The question, in ASCII."""
    alias: QueryText | None = None
    """Name of the answer in results; left out, the question itself."""
    pages: Annotated[tuple[Pages, ...], Field(max_length=20)] = ()
    """Pages to look at, such as `1`, `2-4`, `5-*` or `*`; left out, the first one."""


class ReviewSettings(SettingsModel):
    """People check the fields that Textract was unsure of."""

    enabled: bool = False
    """Whether documents wait for people."""
    confidence_percent: Annotated[float, Field(gt=0, le=100)] = 80
    """Fields below it are checked."""
    timeout_hours: Annotated[int, Field(ge=1, le=8760)] = 72
    """How long a document waits."""
    on_timeout: Literal["accept", "reject", "fail"] = "reject"
    """What happens then: store the fields as they are, store the document as rejected, or fail."""


class ExistingBucket(SettingsModel):
    """A bucket whose documents a bulk run may work through."""

    name: BucketName
    """Its name."""
    key_arn: KeyArn | None = None
    """The customer-managed key that its objects are encrypted with, if there is one; the key's policy must allow this account."""


class AlarmSettings(SettingsModel):
    """When alarms are raised."""

    pages_per_day: Annotated[int, Field(ge=1, le=100_000_000)] = 10_000
    """More pages in a day than this raise an alarm; each page is billed."""


class DocumentAnalysisSettings(BlueprintSettings):
    """Settings of document analysis."""

    features: Annotated[tuple[Feature, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True})] = ("text", "forms", "tables")
    """What Textract looks for; each is billed by the page."""
    queries: Annotated[tuple[QuerySettings, ...], Field(max_length=15)] = ()
    """What Textract is asked, when features has queries."""
    text_features: Annotated[tuple[TextFeature, ...], Field(json_schema_extra={"uniqueItems": True})] = ("entities", "key_phrases", "pii")
    """What Comprehend looks for in the text; pii also stores the text without personal data. None leaves Comprehend out."""
    language: Language = "auto"
    """The language of the documents; auto finds it out for each."""
    max_pages: Annotated[int, Field(ge=1, le=3000)] = 3000
    """Longer documents are refused."""
    max_megabytes: Annotated[int, Field(ge=1, le=500)] = 500
    """Larger files are refused, before anything is billed."""
    max_concurrent_documents: Annotated[int, Field(ge=1, le=1000)] = 10
    """Documents that are analysed at once; others wait. Textract's quotas of the account and region limit it."""
    execution_timeout_hours: Annotated[int, Field(ge=3, le=8760)] = 168
    """How long a document may take, waiting for its turn and for reviews included; then it counts as failed."""
    retention_days: Annotated[int, Field(ge=0, le=3653)] = 365
    """How long documents, results and what is known of them are kept; 0 keeps them."""
    review: ReviewSettings = ReviewSettings()
    """How people check doubtful fields."""
    existing_buckets: Annotated[tuple[ExistingBucket, ...], Field(max_length=20)] = ()
    """Buckets beside that of the deployment whose documents a bulk run may work through."""
    alarms: AlarmSettings = AlarmSettings()
    """When alarms are raised."""

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The services that the functions call."""
        return (*(("comprehend",) if self.text_features else ()), "sqs", "states", "textract")

    @property
    def private_endpoints(self) -> tuple[str, ...]:
        """The one that reviewers call."""
        return ("execute-api",) if self.review.enabled else ()

    @property
    def options(self) -> DocumentOptions:
        """The part of the settings that decides what is found."""
        return DocumentOptions(
            features=self.features,
            queries=tuple(Query(**query.model_dump()) for query in self.queries),
            text_features=self.text_features,
            language=self.language,
            max_pages=self.max_pages,
            max_bytes=self.max_megabytes * MEGABYTE,
            review=Review(**self.review.model_dump(exclude={"enabled"})) if self.review.enabled else None,
        )

    @model_validator(mode="after")
    def _entries_once(self) -> "DocumentAnalysisSettings":
        buckets = [bucket.name for bucket in self.existing_buckets]
        for name, entries in {"features": self.features, "text_features": self.text_features, "existing_buckets": buckets}.items():
            if twice := sorted({entry for entry in entries if list(entries).count(entry) > 1}):
                raise ValueError(f"{name} must name each entry once, got {', '.join(twice)} more than once")
        return self

    @model_validator(mode="after")
    def _queries_with_their_feature(self) -> "DocumentAnalysisSettings":
        if self.queries and "queries" not in self.features:
            raise ValueError(f"queries must be left out unless features has 'queries', got {len(self.queries)} of them")
        if "queries" in self.features and not self.queries:
            raise ValueError("queries must have from 1 to 15 entries when features has 'queries', got none")
        return self

    @model_validator(mode="after")
    def _language_of_personal_data(self) -> "DocumentAnalysisSettings":
        if "pii" in self.text_features and self.language not in PII_LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(PII_LANGUAGES)} when text_features has 'pii', got {self.language}")
        return self

    @model_validator(mode="after")
    def _time_enough(self) -> "DocumentAnalysisSettings":
        needed = self.review.timeout_hours + JOB_HOURS
        if self.review.enabled and self.execution_timeout_hours < needed:
            given = f"{self.execution_timeout_hours} with review.timeout_hours {self.review.timeout_hours}"
            raise ValueError(f"execution_timeout_hours must be at least {needed}, {JOB_HOURS} more than review.timeout_hours, got {given}")
        if 0 < self.retention_days * 24 < self.execution_timeout_hours:
            given = f"{self.retention_days} with execution_timeout_hours {self.execution_timeout_hours}"
            raise ValueError(f"retention_days must be 0, or as long as execution_timeout_hours at least, got {given}")
        return self
