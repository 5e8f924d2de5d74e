"""Documents of a data source that Bedrock has not taken in, or not wholly."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import is_code
from documents.runtime import logger
from report_ingestion.ingestion import Base, Ingestion
from syncing.problems import Problem

PROBLEMS = ("FAILED", "IGNORED", "METADATA_PARTIALLY_INDEXED", "METADATA_UPDATE_FAILED", "NOT_FOUND", "PARTIALLY_INDEXED")
"""https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_KnowledgeBaseDocumentDetail.html"""
LABEL = ".metadata.json"
PAGE = 1000
MOST_LISTED = 200_000


def problems_of(ingestion: Ingestion, base: Base) -> Iterator[Problem]:
    """The documents that need somebody; none of sources whose documents Bedrock doesn't list, such as websites."""
    for detail in _listed(ingestion, base):
        if detail["status"] in PROBLEMS:
            problem = _problem(detail, ingestion, base)
            if problem:
                yield problem


def _listed(ingestion: Ingestion, base: Base) -> Iterator[dict[str, Any]]:
    pages = (
        client("bedrock-agent")
        .get_paginator("list_knowledge_base_documents")
        .paginate(
            knowledgeBaseId=base.knowledge_base_id,
            dataSourceId=ingestion.source_id,
            PaginationConfig={"MaxItems": MOST_LISTED, "PageSize": PAGE},
        )
    )
    try:
        for page in pages:
            yield from page["documentDetails"]
    except ClientError as error:
        if not is_code(error, "ValidationException"):
            raise
        logger.warning("the documents of this data source cannot be listed")


def _problem(detail: dict[str, Any], ingestion: Ingestion, base: Base) -> Problem | None:
    """Nothing for labels, which are no documents, and for documents that are no longer there."""
    identifier, status = detail["identifier"], detail["status"]
    subject = identifier["s3"]["uri"] if "s3" in identifier else identifier["custom"]["id"]
    key = subject.removeprefix("s3://").partition("/")[2] if "s3" in identifier else None
    if key and key.endswith(LABEL) and status == "IGNORED":
        return None
    version = str(detail.get("updatedAt", ""))
    if key and subject.startswith(f"s3://{base.documents_bucket}/"):
        version = _etag(base.documents_bucket, key)
        if not version:
            return None
    reason = detail.get("statusReason") or "Bedrock gives no reason."
    return Problem(subject, status, reason, version=version, key=key, data_source=ingestion.source_name, job=ingestion.job_id)


def _etag(bucket: str, key: str) -> str:
    """By listing, which takes no permission to read documents; empty when there is no such object."""
    found = client("s3").list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", ())
    return next((item["ETag"].strip('"') for item in found if item["Key"] == key), "")
