"""Metadata filters."""

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.s3_vectors.filters import matching

FOUND = {"genre": "drama", "year": 1999, "seen": True, "tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        ({"genre": "drama"}, True),
        ({"genre": {"$eq": "comedy"}}, False),
        ({"genre": "drama", "year": 1999}, True),
        ({"genre": "drama", "year": 2000}, False),
        ({"genre": {"$ne": "comedy"}}, True),
        ({"genre": {"$ne": "drama"}}, False),
        ({"none": {"$ne": "drama"}}, False),
        ({"genre": {"$in": ["drama", "comedy"]}}, True),
        ({"genre": {"$nin": ["drama", "comedy"]}}, False),
        ({"year": {"$gt": 1998, "$lt": 2000}}, True),
        ({"year": {"$gte": 1999}}, True),
        ({"year": {"$lte": 1998}}, False),
        ({"genre": {"$gt": 1}}, False),
        ({"none": {"$lt": 1}}, False),
        ({"genre": {"$exists": True}}, True),
        ({"none": {"$exists": True}}, False),
        ({"none": {"$exists": False}}, True),
        ({"tags": "a"}, True),
        ({"tags": {"$in": ["c", "b"]}}, True),
        ({"tags": "c"}, False),
        ({"seen": True}, True),
        ({"seen": 1}, False),
        ({"$and": [{"genre": "drama"}, {"year": {"$gt": 2000}}]}, False),
        ({"$or": [{"genre": "drama"}, {"year": {"$gt": 2000}}]}, True),
        ({"$or": [{"$and": [{"genre": "comedy"}]}, {"tags": "b"}]}, True),
    ],
)
def test_metadata_passes_or_does_not(wanted: Any, passes: bool) -> None:
    assert matching(wanted)(FOUND) is passes


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({}, "must be an object with at least one member"),
        ("genre", "must be an object with at least one member"),
        ({"genre": {}}, "genre has no condition"),
        ({"genre": {"$like": "d"}}, r"no operator \$like"),
        ({"$not": {"genre": "a"}}, r"no operator \$not on this level"),
        ({"$or": []}, r"\$or takes a non-empty array"),
        ({"genre": {"$in": []}}, r"\$in takes a non-empty array"),
        ({"genre": {"$in": "drama"}}, r"\$in takes a non-empty array"),
        ({"genre": {"$eq": ["drama"]}}, r"\$eq takes a string, a number or a boolean"),
        ({"genre": {"$eq": None}}, r"\$eq takes"),
        ({"year": {"$gt": "1999"}}, r"\$gt takes a number"),
        ({"year": {"$exists": 1}}, r"\$exists takes true or false"),
        ({"text": "a"}, "the metadata key text is not filterable"),
    ],
)
def test_other_filters_are_refused(wanted: Any, problem: str) -> None:
    with pytest.raises(StandInError, match=f"Invalid query filter: .*{problem}"):
        matching(wanted, ("text",))
