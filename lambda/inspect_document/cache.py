"""Results of files with the same content."""

from botocore.exceptions import ClientError

from documents import tables
from documents.clients import client
from documents.errors import is_code
from documents.storage import Location


def find(table: str, sha256: str, configuration_id: str) -> Location | None:
    """Where the result of the same content under the same configuration lies, if it still does."""
    row = tables.get(table, {"pk": f"{sha256}#{configuration_id}"})
    if not row:
        return None
    location: Location = {"bucket": row["location"]["bucket"], "key": row["location"]["key"]}
    try:
        client("s3").head_object(Bucket=location["bucket"], Key=location["key"])
    except ClientError as error:
        if is_code(error, "404", "NoSuchKey", "NotFound"):
            return None
        raise
    return location
