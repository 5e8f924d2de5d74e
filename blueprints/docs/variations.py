"""What each setting does to resources that stand, found by synthesising the blueprint with another value."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blueprints.docs import markdown
from blueprints.docs.inputs import shown
from blueprints.docs.resources import group, short
from blueprints.docs.synthesis import synthesise
from blueprints.docs.template import Resource, Template
from blueprints.docs.updates import Change, change
from stacks.catalogue import CATALOGUE
from stacks.settings import SettingsError

FEW = 3
MISSING = object()


@dataclass(frozen=True)
class Variation:
    """One setting with another value, and what that changes."""

    path: str
    before: Any
    after: Any
    change: Change


def variations(root: Path, blueprint: str, base: Template, sample: Mapping[str, Any]) -> list[Variation]:
    """Returns what each setting changes, starting from the defaults.

    Args:
        root: The project's folder.
        blueprint: Its name in the catalogue.
        base: Its template under the defaults.
        sample: Settings to take other values from, where a type alone suggests none.
    """
    schema = CATALOGUE[blueprint].settings_model().model_json_schema()
    found = []
    for path, before, after in alternatives(schema, schema, sample):
        try:
            template = synthesise(root, blueprint, _nested(path, after))
        except SettingsError:
            continue
        found.append(Variation(path, before, after, change(base, template)))
    return found


def alternatives(root: Mapping[str, Any], schema: Mapping[str, Any], sample: Any, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yields each setting by its path, with its default and another value."""
    for name, raw in schema.get("properties", {}).items():
        options = _options(root, raw)
        given = sample.get(name, MISSING) if isinstance(sample, Mapping) else MISSING
        nested = [option for option in options if option.get("properties")]
        if nested and raw.get("default", MISSING) not in (None, MISSING):
            yield from alternatives(root, nested[0], given, f"{prefix}{name}.")
        for value in _others(options, raw.get("default"), given):
            yield f"{prefix}{name}", raw.get("default"), value


def _others(options: Sequence[Mapping[str, Any]], default: Any, given: Any) -> list[Any]:
    values = [value for option in options for value in option.get("enum", [option["const"]] if "const" in option else [])]
    kinds = {option.get("type") for option in options}
    if given is not MISSING and given != default:
        return [given]
    if isinstance(default, bool):
        return [not default]
    if values:
        return [value for value in values if value != default][-1:]
    if isinstance(default, int | float):
        return [_next(options, default)]
    return [None] if "null" in kinds and default is not None else []


def _next(options: Sequence[Mapping[str, Any]], default: float) -> float:
    highest = next((option["maximum"] for option in options if "maximum" in option), None)
    return default - 1 if highest == default else default + 1


def _options(root: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "$ref" in schema:
        return _options(root, root["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
    choices = schema.get("anyOf", [])
    return [option for choice in choices for option in _options(root, choice)] if choices else [schema]


def _nested(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name: _nested(rest, value) if rest else value}


def table(found: Sequence[Variation]) -> str:
    """Returns what settings replace and remove as a table, and the harmless ones in a sentence."""
    hard = [variation for variation in found if variation.change.replaced or variation.change.removed]
    soft = sorted({markdown.code(variation.path) for variation in found} - {markdown.code(variation.path) for variation in hard})
    header = ("Setting", "From", "To", "Replaces", "Removes", "Adds")
    harmless = f"\nNeither replaces nor removes anything: {', '.join(soft)}.\n" if soft else ""
    return markdown.table(header, [_row(variation) for variation in hard]) + harmless


def _row(variation: Variation) -> tuple[str, ...]:
    parts = variation.change
    names = (named(resources) for resources in (parts.replaced, parts.removed, parts.added))
    return (markdown.code(variation.path), shown(variation.before), shown(variation.after), *names)


def named(resources: Sequence[Resource]) -> str:
    """Returns a few resources by name, many by construct and count."""
    if len(resources) <= FEW:
        return ", ".join(f"{resource.name} ({short(resource.type)})" for resource in resources)
    counts = Counter(group(resource) for resource in resources)
    return ", ".join(f"{name} ({markdown.plural(count, 'resource')})" for name, count in sorted(counts.items()))
