"""Reads JSON schemas: what is allowed at a place of a settings file, and the table of all settings of a model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

Location = tuple[str | int, ...]
Fragment = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One setting of a table: where it stands, what it takes, what it is when left out, what it is for."""

    path: str
    type: str
    allowed: str
    default: Any
    required: bool
    description: str


def rows(model: type[BaseModel]) -> list[Row]:
    """Returns every setting of ``model``, nested ones after the one that holds them."""
    schema = model.model_json_schema()
    return list(_rows(schema, schema, ""))


def allowed_at(schema: Fragment, location: Location) -> str:
    """Says in words what ``schema`` allows at ``location``."""
    return " or ".join(dict.fromkeys(_allowed(schema, fragment) for fragment in _at(schema, location))) or "nothing"


def properties_at(schema: Fragment, location: Location) -> list[str]:
    """Returns the keys that ``schema`` knows in the mapping at ``location``."""
    return sorted({name for fragment in _at(schema, location) for name in fragment.get("properties", {})})


def _at(schema: Fragment, location: Location) -> list[Fragment]:
    fragments = _choices(schema, schema)
    for part in location:
        below = [child for fragment in fragments for child in _child(fragment, part)]
        fragments = [choice for child in below for choice in _choices(schema, child)]
    return fragments


def _child(fragment: Fragment, part: str | int) -> list[Fragment]:
    if isinstance(part, int):
        return [fragment["items"]] if "items" in fragment else []
    if part in fragment.get("properties", {}):
        return [fragment["properties"][part]]
    return _values(fragment)


def _choices(schema: Fragment, fragment: Fragment) -> list[Fragment]:
    """Follows references and opens unions."""
    if "$ref" in fragment:
        return _choices(schema, schema["$defs"][fragment["$ref"].rsplit("/", 1)[-1]])
    members = fragment.get("anyOf") or fragment.get("oneOf")
    return [choice for member in members for choice in _choices(schema, member)] if members else [fragment]


def _allowed(schema: Fragment, fragment: Fragment) -> str:
    if "enum" in fragment:
        return ", ".join(str(value) for value in fragment["enum"])
    if "const" in fragment:
        return str(fragment["const"])
    words = {"boolean": "true, false", "null": "null", "integer": "a whole number", "number": "a number", "string": "text"}
    kind = fragment.get("type", "")
    if kind == "array":
        return _allowed_list(schema, fragment)
    if kind == "object":
        return _allowed_mapping(schema, fragment)
    return words.get(kind, "anything") + _bounds(fragment)


def _allowed_list(schema: Fragment, fragment: Fragment) -> str:
    low, high = fragment.get("minItems"), fragment.get("maxItems")
    count = f" of {_range(low, high)} entries" if low or high else ""
    return f"a list{count}, each {_words(schema, fragment.get('items', {}))}"


def _allowed_mapping(schema: Fragment, fragment: Fragment) -> str:
    if fragment.get("properties"):
        return f"a mapping with {', '.join(fragment['properties'])}"
    values = dict.fromkeys(_words(schema, value) for value in _values(fragment) if value)
    return f"a mapping of text to {' or '.join(values)}" if values else "a mapping"


def _values(fragment: Fragment) -> list[Fragment]:
    """What a mapping may hold under names that it doesn't know beforehand."""
    more = fragment.get("additionalProperties")
    return [*fragment.get("patternProperties", {}).values(), *([more] if isinstance(more, Mapping) else [])]


def _words(schema: Fragment, fragment: Fragment) -> str:
    return " or ".join(dict.fromkeys(_allowed(schema, choice) for choice in _choices(schema, fragment)))


def _bounds(fragment: Fragment) -> str:
    if "pattern" in fragment:
        return f" matching {fragment['pattern']}"
    if "minLength" in fragment or "maxLength" in fragment:
        return f" of {_range(fragment.get('minLength'), fragment.get('maxLength'))} characters"
    low, high = fragment.get("minimum"), fragment.get("maximum")
    if "exclusiveMinimum" in fragment:
        return f" above {fragment['exclusiveMinimum']}" + (f" and at most {high}" if high is not None else "")
    return f", {_range(low, high)}" if low is not None or high is not None else ""


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"


def _rows(schema: Fragment, fragment: Fragment, prefix: str) -> Iterator[Row]:
    for name, child in fragment.get("properties", {}).items():
        choices = _choices(schema, child)
        path = f"{prefix}{name}"
        yield Row(
            path=path,
            type=" or ".join(dict.fromkeys(_type(choice) for choice in choices)),
            allowed=_words(schema, child),
            default=child.get("default"),
            required=name in fragment.get("required", ()),
            description=child.get("description", ""),
        )
        for choice in choices:
            yield from _rows(schema, choice, f"{path}.")
            for item in _choices(schema, choice["items"]) if "items" in choice else ():
                yield from _rows(schema, item, f"{path}[].")
            for value in (each for found in _values(choice) for each in _choices(schema, found)):
                yield from _rows(schema, value, f"{path}.NAME.")


def _type(fragment: Fragment) -> str:
    kind = fragment.get("type") or ("string" if "enum" in fragment or "const" in fragment else "any")
    return {"array": "list", "object": "mapping", "string": "text"}.get(str(kind), str(kind))
