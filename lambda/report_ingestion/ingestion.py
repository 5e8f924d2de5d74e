"""What has ended, and where."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Base:
    """What this function is told.

    Args:
        knowledge_base_id: The knowledge base.
        documents_bucket: Where the documents of the deployment lie.
    """

    knowledge_base_id: str
    documents_bucket: str


@dataclass(frozen=True)
class Ingestion:
    """One data source in one run of the workflow.

    Args:
        source_name: Name of the data source.
        source_id: Its id.
        run: Name of the execution.
        job_id: The job, if it was started.
        error: Why it could not be started or followed, if so.
    """

    source_name: str
    source_id: str
    run: str
    job_id: str | None
    error: str | None
