"""Vectors and the search for the nearest."""

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.s3_vectors.index import Index, size

ARN = "arn:aws:s3vectors:us-east-1:123456789012:bucket/b/index/i"


def row(key: str, *numbers: float, **metadata: Any) -> dict[str, Any]:
    return {"key": key, "data": {"float32": list(numbers)}, "metadata": metadata}


@pytest.fixture
def index() -> Index:
    found = Index(ARN, 2, "cosine", ("text",))
    found.put([row("east", 1, 0, side="right"), row("north", 0, 3, side="top"), row("west", -1, 0, side="left")])
    return found


def nearest(index: Index, *query: float, top: int = 3, wanted: Any = None) -> list[tuple[str, float]]:
    found = index.nearest({"float32": list(query)}, top, wanted)
    return [(vector.key, round(distance, 4)) for vector, distance in found]


def test_cosine_is_about_directions(index: Index) -> None:
    assert nearest(index, 2, 0) == [("east", 0.0), ("north", 1.0), ("west", 2.0)]


def test_euclidean_is_about_places() -> None:
    index = Index(ARN, 2, "euclidean")
    index.put([row("near", 0, 0), row("far", 3, 4)])
    assert nearest(index, 0, 0) == [("near", 0.0), ("far", 5.0)]


def test_no_more_are_found_than_asked_for(index: Index) -> None:
    assert nearest(index, 4, 3, top=2) == [("east", 0.2), ("north", 0.4)]


def test_only_what_passes_the_filter_is_compared(index: Index) -> None:
    assert nearest(index, 1, 0, top=1, wanted={"side": {"$ne": "right"}}) == [("north", 1.0)]
    assert nearest(index, 1, 0, wanted={"side": "none"}) == []


def test_an_empty_index_finds_nothing() -> None:
    assert nearest(Index(ARN, 2, "cosine"), 1, 0) == []


def test_changes_are_found_at_once(index: Index) -> None:
    nearest(index, 1, 0)
    index.put([row("east", 0, -1)])
    index.delete(["west", "never"])
    assert nearest(index, 0, -1) == [("east", 0.0), ("north", 2.0)]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (row("a", 1), "vector must have length 2, but has length 1"),
        ({"key": "a", "data": {}}, "vector must have length 2, but has length 0"),
        (row("a", 0, 0), "must not be a zero vector"),
        (row("a", 1, float("nan")), "must not hold NaN"),
        (row("a", 1, 0, other="x" * 2_100), "Filterable metadata must have at most 2048 bytes"),
        (row("a", 1, 0, text="x" * 41_000), "Metadata must have at most 40960 bytes"),
        (row("a", 1, 0, **{f"k{number}": 1 for number in range(51)}), "must have at most 50 keys, but has 51"),
        (row("a", 1, 0, other=None), "must be strings, numbers, booleans or lists of them, which other is not"),
        (row("a", 1, 0, other={"b": 1}), "which other is not"),
        ({"key": "a", "data": {"float32": [1, 0]}, "metadata": "b"}, "metadata must be an object"),
    ],
)
def test_what_does_not_fit_is_refused_with_all_that_came_with_it(index: Index, bad: dict[str, Any], problem: str) -> None:
    with pytest.raises(StandInError, match=f"Invalid record for key 'a': .*{problem}"):
        index.put([row("good", 1, 1), bad])
    assert "good" not in index.vectors


def test_long_texts_fit_where_nobody_filters_by_them(index: Index) -> None:
    index.put([row("a", 1, 0, text="x" * 30_000)])
    assert index.vectors["a"].metadata["text"] == "x" * 30_000


def test_metadata_is_measured_in_bytes() -> None:
    assert (size({}), size({"a": "ü"})) == (0, 10)
