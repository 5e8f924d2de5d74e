"""When and how documents are taken in."""

from dataclasses import dataclass

DOCUMENT_TYPES = (".csv", ".doc", ".docx", ".htm", ".html", ".md", ".pdf", ".txt", ".xls", ".xlsx")
IMAGE_TYPES = (".jpeg", ".jpg", ".png")
LIMITS = {"debounce_seconds": (0, 300), "schedule_hours": (0, 8760), "poll_seconds": (1, 3600), "timeout_hours": (1, 168)}
HOUR_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class SyncOptions:
    """When and how documents are taken in.

    Args:
        debounce_seconds: How long changes are gathered, 0 to 300.
        schedule_hours: How often all data sources are looked through, 1 to 8,760; with 0 only when asked for.
            Uploads have that of their bucket taken in alone.
        poll_seconds: How long the first look at a job waits, 1 to 3,600; each later wait is a tenth longer, up to ten minutes.
        timeout_hours: How long a run may take, 1 to 168.
        tenant_attribute: Metadata attribute that names the tenant of a document below ``tenants/NAME/``; tenants are not told apart
            when left out.
        file_types: Endings of the files that the knowledge base reads, in lower case: ``DOCUMENT_TYPES``, and ``IMAGE_TYPES`` where a
            model or Data Automation parses.

    Raises:
        ValueError: A time that is not offered, an empty attribute, or a file type that no file has.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/kb-data-source-sync-ingest.html
    """

    debounce_seconds: int = 60
    schedule_hours: int = 24
    poll_seconds: int = 15
    timeout_hours: int = 12
    tenant_attribute: str | None = None
    file_types: tuple[str, ...] = DOCUMENT_TYPES

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must be from {low} to {high}, got {value}")
        if self.tenant_attribute == "":
            raise ValueError("tenant_attribute must have a character at least or be left out, got ''")
        wrong = [ending for ending in self.file_types if not ending.startswith(".") or ending != ending.lower()]
        if wrong:
            raise ValueError(f"file_types must be in lower case and start with a dot, got {', '.join(wrong)}")

    @property
    def timeout_seconds(self) -> int:
        """How long a run may take, in seconds."""
        return self.timeout_hours * HOUR_SECONDS
