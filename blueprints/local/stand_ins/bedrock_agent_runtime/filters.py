"""Retrieval filters of knowledge bases, in the words of S3 Vectors.

Follows https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_RetrievalFilter.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.local.stand_ins import StandInError

SIGNS = {
    "equals": "$eq",
    "greaterThan": "$gt",
    "greaterThanOrEquals": "$gte",
    "in": "$in",
    "lessThan": "$lt",
    "lessThanOrEquals": "$lte",
    "listContains": "$eq",
    "notEquals": "$ne",
    "notIn": "$nin",
}
GROUPS = {"andAll": "$and", "orAll": "$or"}
UNSUPPORTED = ("startsWith", "stringContains")
"""What OpenSearch and others filter by, and S3 Vectors does not."""


def translated(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a retrieval filter as S3 Vectors takes it.

    Raises:
        StandInError: ``ValidationException``: not exactly one condition, or one that S3 Vectors does not have.
    """
    if len(wanted) != 1:
        raise StandInError("ValidationException", f"A filter must have exactly one condition, got {sorted(wanted)}")
    ((kind, given),) = wanted.items()
    if kind in GROUPS:
        return {GROUPS[kind]: [translated(part) for part in given]}
    if kind in UNSUPPORTED:
        raise StandInError("ValidationException", f"The filter {kind} is not supported for S3 vector bucket vector stores.")
    condition = {given["key"]: {SIGNS[kind]: given["value"]}}
    # a document without the attribute counts as one with another value
    return {"$or": [condition, {given["key"]: {"$exists": False}}]} if kind == "notEquals" else condition
