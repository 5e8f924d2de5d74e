"""Which inputs a model is asked about.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
"""

from collections.abc import Mapping
from pathlib import PurePosixPath

from documents.naming import Document
from submissions.failures import reason

LONGEST_LOCATION = 1024


def content_type(key: str, known: Mapping[str, str]) -> str | None:
    """The MIME type of an input by the ending of its name."""
    return known.get(PurePosixPath(key).suffix.lower())


def refusal(document: Document, kind: str | None, known: Mapping[str, str], max_bytes: int) -> dict[str, str] | None:
    """Why an input is not submitted; nothing when it is."""
    if not document.size:
        return reason("EMPTY", "The file is empty.")
    if document.size > max_bytes:
        return reason("TOO_LARGE", f"The file has {document.size} bytes, and {max_bytes} are allowed.")
    if kind is None:
        return reason("UNSUPPORTED_TYPE", f"Names of files must end in {', '.join(known)}.")
    if not (document.path.isascii() and document.path.isprintable()):
        return reason("UNSUPPORTED_KEY", "The key must be of printable ASCII: SageMaker takes it in a header.")
    if len(f"s3://{document.path}") > LONGEST_LOCATION:
        return reason("KEY_TOO_LONG", f"Bucket and key must leave an address of {LONGEST_LOCATION} characters at most.")
    return None
