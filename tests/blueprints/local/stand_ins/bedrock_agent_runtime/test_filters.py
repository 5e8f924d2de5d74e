"""Retrieval filters become filters of S3 Vectors."""

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_agent_runtime.filters import translated


def condition(kind: str, value: Any) -> dict[str, Any]:
    return {kind: {"key": "k", "value": value}}


@pytest.mark.parametrize(
    ("wanted", "filter_"),
    [
        (condition("equals", "a"), {"k": {"$eq": "a"}}),
        (condition("notEquals", "a"), {"$or": [{"k": {"$ne": "a"}}, {"k": {"$exists": False}}]}),
        (condition("in", ["a"]), {"k": {"$in": ["a"]}}),
        (condition("notIn", ["a"]), {"k": {"$nin": ["a"]}}),
        (condition("greaterThan", 1), {"k": {"$gt": 1}}),
        (condition("greaterThanOrEquals", 1), {"k": {"$gte": 1}}),
        (condition("lessThan", 1), {"k": {"$lt": 1}}),
        (condition("lessThanOrEquals", 1), {"k": {"$lte": 1}}),
        (condition("listContains", "a"), {"k": {"$eq": "a"}}),
        ({"andAll": [condition("equals", 1), condition("in", [2])]}, {"$and": [{"k": {"$eq": 1}}, {"k": {"$in": [2]}}]}),
        (
            {"orAll": [condition("equals", 1), {"andAll": [condition("equals", 2), condition("equals", 3)]}]},
            {"$or": [{"k": {"$eq": 1}}, {"$and": [{"k": {"$eq": 2}}, {"k": {"$eq": 3}}]}]},
        ),
    ],
)
def test_each_condition_has_its_sign(wanted: dict[str, Any], filter_: dict[str, Any]) -> None:
    assert translated(wanted) == filter_


@pytest.mark.parametrize("kind", ["startsWith", "stringContains"])
def test_some_conditions_are_only_for_other_stores(kind: str) -> None:
    with pytest.raises(StandInError, match=f"The filter {kind} is not supported for S3 vector bucket"):
        translated(condition(kind, "a"))


@pytest.mark.parametrize("wanted", [{}, condition("equals", 1) | condition("in", [1])])
def test_a_filter_has_one_condition(wanted: dict[str, Any]) -> None:
    with pytest.raises(StandInError, match="exactly one condition"):
        translated(wanted)
