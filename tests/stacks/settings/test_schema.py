from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from stacks.settings.models import SettingsModel
from stacks.settings.schema import allowed_at, properties_at, rows


class Inner(SettingsModel):
    """Inside."""

    size: Annotated[int, Field(ge=1)]
    """How large."""


class Model(SettingsModel):
    """Outside."""

    mode: Literal["a", "b"] = "a"
    """Which."""
    only: Literal["x"] = "x"
    flag: bool = False
    text: Annotated[str, Field(max_length=9)] | None = None
    word: Annotated[str, Field(min_length=1)] = "w"
    pattern: Annotated[str, Field(pattern="^x$")] = "x"
    limit: Annotated[int, Field(le=5)] = 5
    ratio: float = 1.0
    items: Annotated[tuple[Inner, ...], Field(max_length=3)] = ()
    some: Annotated[tuple[str, ...], Field(min_length=2)] = ("a", "b")
    inner: Inner | None = None
    names: Mapping[str, int] = {}
    anything: Mapping[str, Any] = {}
    parts: Mapping[Annotated[str, Field(pattern="^[a-z]+$")], Inner] = {}
    free: Any = None


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("mode", "a, b"),
        ("only", "x"),
        ("flag", "true, false"),
        ("text", "text of at most 9 characters or null"),
        ("word", "text of at least 1 characters"),
        ("pattern", "text matching ^x$"),
        ("limit", "a whole number, at most 5"),
        ("ratio", "a number"),
        ("items", "a list of at most 3 entries, each a mapping with size"),
        ("some", "a list of at least 2 entries, each text"),
        ("inner", "a mapping with size or null"),
        ("names", "a mapping of text to a whole number"),
        ("anything", "a mapping"),
        ("parts", "a mapping of text to a mapping with size"),
        ("free", "anything"),
    ],
)
def test_says_in_words_what_a_setting_takes(name: str, allowed: str) -> None:
    assert allowed_at(Model.model_json_schema(), (name,)) == allowed


@pytest.mark.parametrize("place", [("items", 0, "size"), ("inner", "size"), ("parts", "any", "size")])
def test_follows_lists_and_mappings(place: tuple[str | int, ...]) -> None:
    assert allowed_at(Model.model_json_schema(), place) == "a whole number, at least 1"


def test_a_free_key_takes_what_the_mapping_takes() -> None:
    assert allowed_at(Model.model_json_schema(), ("names", "any")) == "a whole number"


def test_nothing_is_allowed_where_nothing_is_known() -> None:
    assert allowed_at(Model.model_json_schema(), ("mode", "x")) == "nothing"


def test_knows_the_keys_of_a_mapping() -> None:
    assert properties_at(Model.model_json_schema(), ("inner",)) == ["size"]


def test_the_table_has_every_setting_with_nested_ones_below() -> None:
    paths = [row.path for row in rows(Model)]
    assert paths[:3] == ["mode", "only", "flag"]
    assert paths[paths.index("items") + 1] == "items[].size"
    assert paths[paths.index("inner") + 1] == "inner.size"
    assert paths[paths.index("parts") + 1] == "parts.NAME.size"


def test_a_row_tells_type_default_and_purpose() -> None:
    table = {row.path: row for row in rows(Model)}
    assert (table["mode"].type, table["mode"].default, table["mode"].required, table["mode"].description) == ("text", "a", False, "Which.")
    assert (table["inner.size"].type, table["inner.size"].required, table["inner.size"].description) == ("integer", True, "How large.")
    assert table["text"].type == "text or null"
    assert table["free"].type == "any"
