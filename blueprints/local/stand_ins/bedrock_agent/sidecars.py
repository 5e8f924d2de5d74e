"""Metadata files beside documents.

Follows https://docs.aws.amazon.com/bedrock/latest/userguide/s3-data-source-connector.html#ds-s3-metadata-fields.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

SUFFIX = ".metadata.json"
MAX_BYTES = 10_240
RESERVED = "x-amz-bedrock-"
TYPES: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "BOOLEAN": ("booleanValue", bool),
    "NUMBER": ("numberValue", (int, float)),
    "STRING": ("stringValue", str),
    "STRING_LIST": ("stringListValue", list),
}


class SidecarError(ValueError):
    """The metadata file is not as a metadata file has to be."""


@dataclass(frozen=True)
class Attributes:
    """What a metadata file says of a document.

    Args:
        values: The attributes to filter by.
        embedded: The names of those that are embedded with the text.
    """

    values: dict[str, Any] = field(default_factory=dict)
    embedded: tuple[str, ...] = ()

    def heading(self) -> str:
        """Returns the lines that are embedded above the text of each chunk."""
        return "".join(f"{name}: {self.values[name]}\n" for name in self.embedded)


def parse(content: bytes) -> Attributes:
    """Reads a metadata file; an attribute is a plain value, or one with its type.

    Raises:
        SidecarError: It is too large, no JSON, or has an attribute of another type.
    """
    if len(content) > MAX_BYTES:
        raise SidecarError(f"the metadata file has {len(content)} bytes, which is more than {MAX_BYTES}")
    try:
        found = json.loads(content)["metadataAttributes"]
        pairs = dict(found).items()
    except (ValueError, LookupError, TypeError) as error:
        raise SidecarError("the metadata file must be JSON with an object metadataAttributes") from error
    typed = {name for name, value in pairs if isinstance(value, dict) and "value" in value}
    values = {name: _value(name, value["value"] if name in typed else value) for name, value in pairs}
    embedded = tuple(name for name in typed if found[name].get("includeForEmbedding") is True)
    return Attributes(values, tuple(sorted(embedded)))


def _value(name: str, value: Any) -> Any:
    if name.startswith(RESERVED):
        raise SidecarError(f"the attribute {name} begins with {RESERVED}, which is reserved")
    if isinstance(value, dict):
        member, kind = TYPES.get(str(value.get("type")), ("", ()))
        value = value.get(member)
        if not isinstance(value, kind):
            raise SidecarError(f"the attribute {name} has no value of its type")
    texts = isinstance(value, list) and all(isinstance(part, str) for part in value)
    if not texts and not isinstance(value, (str, int, float, bool)):
        raise SidecarError(f"the attribute {name} must be a string, a number, a boolean or a list of strings")
    return value
