"""Labels: files beside documents that name the tenant whom a document belongs to.

A label is made from the key of its document alone, whatever the event was, so that duplicates and late events change nothing.
Writing one is an event too, at which nothing is left to write. A label keeps what it was written for: the knowledge base is told of a
document's own event anyway, so that the event of its label needs no run; a label that was mended is told of when its own event comes.

See https://docs.aws.amazon.com/bedrock/latest/userguide/s3-data-source-connector.html
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import is_code

SUFFIX = ".metadata.json"
TENANTS = "tenants"
LONGEST_KEY_BYTES = 1024
CAUSE, DOCUMENT, LABEL = "written-for", "document", "label"


def is_label(key: str) -> bool:
    """Whether an object is a label."""
    return key.endswith(SUFFIX)


def tenant_of(key: str) -> str | None:
    """The tenant whom the document of ``key`` belongs to; nobody outside of ``tenants/NAME/``."""
    tenant, _ = _split(key)
    return tenant


def _split(key: str) -> tuple[str | None, str]:
    folder, _, rest = key.partition("/")
    tenant, _, name = rest.partition("/")
    return (tenant, name) if folder == TENANTS and tenant and name else (None, key)


def fits(key: str) -> bool:
    """Whether a document's label can have a key of its own."""
    return len(key.encode()) + len(SUFFIX) <= LONGEST_KEY_BYTES


def write(bucket: str, key: str, attribute: str) -> None:
    """Brings the label of a document in line with it after an event of the document."""
    _settle(bucket, key, attribute, cause=DOCUMENT)


def mend(bucket: str, key: str, attribute: str) -> bool:
    """Brings a label in line with its document after an event of the label; says whether the knowledge base has to be told."""
    return _settle(bucket, key.removesuffix(SUFFIX), attribute, cause=LABEL)


def _settle(bucket: str, key: str, attribute: str, *, cause: str) -> bool:
    tenant, name = _split(key)
    if tenant is None or not fits(key):
        return False
    label = f"{TENANTS}/{tenant}/{name}{SUFFIX}"
    wanted = {"metadataAttributes": {attribute: tenant}}
    found, written_for = _read(bucket, label)
    if not _exists(bucket, key):
        if found is not None:
            client("s3").delete_object(Bucket=bucket, Key=label)
        return False
    if found == wanted:
        return written_for != DOCUMENT
    body = json.dumps(wanted).encode()
    client("s3").put_object(Bucket=bucket, Key=label, Body=body, ContentType="application/json", Metadata={CAUSE: cause})
    return False


def _exists(bucket: str, key: str) -> bool:
    """By listing, which takes no permission to read documents; a key comes before all that it is the beginning of."""
    found = client("s3").list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", ())
    return any(item["Key"] == key for item in found)


def _read(bucket: str, label: str) -> tuple[Any, str]:
    """What a label says and what it was written for; nothing when there is none."""
    try:
        answer = client("s3").get_object(Bucket=bucket, Key=label)
    except ClientError as error:
        if is_code(error, "NoSuchKey"):
            return None, ""
        raise
    try:
        return json.loads(answer["Body"].read()), answer["Metadata"].get(CAUSE, "")
    except ValueError:
        return {}, ""
