"""Job records: how Textract's completion notice finds the task that waits for it.

The token and the notice meet in one item, each written atomically, so that whichever comes second sees the other.
"""

from typing import Any

from botocore.exceptions import ClientError

from documents import tables
from documents.clients import client
from documents.errors import is_code

RESULT_DAYS = 7
RECORD_DAYS = RESULT_DAYS + 1


def _key(tag: str) -> dict[str, str]:
    return {"pk": f"job#{tag}"}


def expect(table: str, tag: str, *, task_token: str, kind: str, document_id: str) -> None:
    """Records who waits for the job, before the job is started."""
    values = {"task_token": task_token, "kind": kind, "document_id": document_id, "expires_at": tables.expiry(RECORD_DAYS)}
    tables.update(table, _key(tag), values)


def started(table: str, tag: str, job_id: str) -> dict[str, Any]:
    """Records the job's id and returns the record, which holds a notice if one came first."""
    return tables.update(table, _key(tag), {"job_id": job_id})


def noticed(table: str, tag: str, job_id: str, status: str) -> dict[str, Any] | None:
    """Records a completion notice and returns the record, or None when nobody waits for this job."""
    condition = "attribute_exists(#pk) AND (attribute_not_exists(#job_id) OR #job_id = :job_id)"
    values = {"notice": status, "job_id": job_id}
    try:
        return tables.update(table, _key(tag), values, condition=condition, operands={"job_id": job_id})
    except ClientError as error:
        if is_code(error, "ConditionalCheckFailedException"):
            return None
        raise


def find(table: str, tag: str) -> dict[str, Any]:
    """The record, empty when there is none."""
    return tables.get(table, _key(tag))


def release_slot(table: str, holder: str) -> None:
    """Gives the execution's place among the concurrent ones back; harmless when it holds none."""
    client("dynamodb").update_item(
        TableName=table,
        Key={"pk": {"S": "slots"}},
        UpdateExpression="DELETE holders :holder",
        ExpressionAttributeValues={":holder": {"SS": [holder]}},
    )
