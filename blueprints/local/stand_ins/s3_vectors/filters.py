"""Metadata filters of S3 Vectors.

Follows https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-metadata-filtering.html.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blueprints.local.stand_ins import StandInError

Metadata = Mapping[str, Any]
Test = Callable[[Metadata], bool]
ORDERS = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}


def matching(wanted: Any, non_filterable: Sequence[str] = ()) -> Test:
    """Returns what tells whether metadata passes the filter.

    Args:
        wanted: The filter.
        non_filterable: Keys of metadata that the index does not filter by.

    Raises:
        StandInError: ``ValidationException``: the filter is not well-formed, or uses a key that can't be filtered by.
    """
    if not isinstance(wanted, dict) or not wanted:
        raise _invalid(f"a filter must be an object with at least one member, got {wanted!r}")
    tests = [_member(name, value, non_filterable) for name, value in wanted.items()]
    return lambda metadata: all(test(metadata) for test in tests)


def _member(name: str, value: Any, non_filterable: Sequence[str]) -> Test:
    if name in ("$and", "$or"):
        if not isinstance(value, list) or not value:
            raise _invalid(f"{name} takes a non-empty array of filters, got {value!r}")
        tests = [matching(part, non_filterable) for part in value]
        combine = all if name == "$and" else any
        return lambda metadata: combine(test(metadata) for test in tests)
    if name.startswith("$"):
        raise _invalid(f"there is no operator {name} on this level")
    if name in non_filterable:
        raise _invalid(f"the metadata key {name} is not filterable")
    conditions = value if isinstance(value, dict) else {"$eq": value}
    if not conditions:
        raise _invalid(f"{name} has no condition")
    found = [_condition(name, sign, operand) for sign, operand in conditions.items()]
    return lambda metadata: all(test(metadata) for test in found)


def _condition(name: str, sign: str, operand: Any) -> Test:
    if sign == "$exists":
        if not isinstance(operand, bool):
            raise _invalid(f"$exists takes true or false, got {operand!r}")
        return lambda metadata: (name in metadata) is operand
    if sign in ORDERS:
        if not _is_number(operand):
            raise _invalid(f"{sign} takes a number, got {operand!r}")
        return lambda metadata: any(_is_number(value) and ORDERS[sign](value, operand) for value in _values(metadata, name))
    if sign not in ("$eq", "$ne", "$in", "$nin"):
        raise _invalid(f"there is no operator {sign}")
    wanted = _wanted(sign, operand)
    positive = sign in ("$eq", "$in")

    def test(metadata: Metadata) -> bool:
        found = any(_same(value, each) for value in _values(metadata, name) for each in wanted)
        return name in metadata and found is positive

    return test


def _wanted(sign: str, operand: Any) -> list[Any]:
    values = operand if sign in ("$in", "$nin") else [operand]
    if not isinstance(values, list) or not values or not all(isinstance(value, (str, int, float, bool)) for value in values):
        takes = "a non-empty array of strings, numbers or booleans" if sign in ("$in", "$nin") else "a string, a number or a boolean"
        raise _invalid(f"{sign} takes {takes}, got {operand!r}")
    return values


def _values(metadata: Metadata, name: str) -> list[Any]:
    """Returns the values of a key; those of an array count one by one."""
    value = metadata.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _same(value: Any, other: Any) -> bool:
    return isinstance(value, bool) is isinstance(other, bool) and bool(value == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _invalid(problem: str) -> StandInError:
    return StandInError("ValidationException", f"Invalid query filter: {problem}")
