"""The plan of a transform: what was checked, and where what comes of it goes."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from documents.errors import MalformedEvent
from documents.naming import execution_name

ID_IN_NAMES = 16
MOST_ATTEMPTS = 999_999


@dataclass(frozen=True)
class Plan:
    """One attempt at one request.

    Args:
        id: Equal for every event about the same request.
        attempt: Which attempt it is.
        request: The address of the manifest or the request file; else the prefix whose time had come.
        version_id: The version of the file.
        event: Asks for the transform again, raised to the next attempt.
        manifest_uri: Names the objects that were checked; made by this project.
        output_uri: Where the results go.
        objects: How many objects there are.
        bytes: Their size altogether.
        records: How many records there are; None where they weren't counted.
        instances: On how many instances they are worked on.
    """

    id: str
    attempt: int
    request: str
    version_id: str | None
    event: dict[str, Any]
    manifest_uri: str
    output_uri: str
    objects: int
    bytes: int
    records: int | None
    instances: int

    @classmethod
    def of(cls, given: dict[str, Any]) -> Self:
        """The plan of an execution's input.

        Raises:
            MalformedEvent: It is no plan.
        """
        try:
            return cls(**given)
        except TypeError:
            raise MalformedEvent("MALFORMED_PLAN", "The input of the execution is no plan of a transform.") from None

    def as_dict(self) -> dict[str, Any]:
        """The form in which it travels through the state machine."""
        return asdict(self)

    @property
    def name(self) -> str:
        """The name of its execution."""
        return execution_name(self.id, self.attempt)

    def job_name(self, prefix: str, tries: int) -> str:
        """The name of the job of one of its tries; the state machine makes the same one."""
        return f"{prefix}-{self.id[:ID_IN_NAMES]}-{self.attempt}-{tries}"
