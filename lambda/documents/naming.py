"""The document of an execution, and the names derived from it."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Self

ID_LENGTH = 40


@dataclass(frozen=True)
class Document:
    """One version of one object."""

    id: str
    bucket: str
    key: str
    version_id: str | None
    etag: str | None
    sequencer: str
    size: int

    @classmethod
    def identify(cls, *, bucket: str, key: str, version_id: str | None, etag: str | None, sequencer: str, size: int) -> Self:
        """The document with its id: equal for every event about the same content of the same key.

        Listings quote etags and events don't; the version called null is overwritten in place and tells nothing.
        """
        version_id = None if version_id in ("", "null") else version_id
        etag = etag.strip('"') if etag is not None else None
        digest = hashlib.sha256(f"{bucket}\n{key}\n{version_id or etag or ''}".encode()).hexdigest()
        return cls(digest[:ID_LENGTH], bucket, key, version_id, etag, sequencer, size)

    @classmethod
    def of(cls, event: dict[str, Any]) -> Self:
        """The document of a task's ``event``."""
        return cls(**event["document"])

    def as_dict(self) -> dict[str, Any]:
        """The form in which it travels through the state machine."""
        return asdict(self)

    @property
    def path(self) -> str:
        """Bucket and key: the key of the index."""
        return f"{self.bucket}/{self.key}"


def execution_name(document_id: str, attempt: int) -> str:
    """The name that makes a second start of the same execution impossible."""
    return f"{document_id}-{attempt}"


def job_tag(document_id: str, attempt: int, kind: str) -> str:
    """The tag by which Textract's completion notice finds its task."""
    return f"{document_id}-{attempt}-{kind}"


def work_key(document_id: str, attempt: int, name: str) -> str:
    """The key of an intermediate object."""
    return f"work/{document_id}/{attempt}/{name}"
