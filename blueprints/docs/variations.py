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
WITHOUT_STATE = ("AWS::IAM::Policy", "AWS::Lambda::Permission")


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
    tried = (_variation(root, blueprint, base, *alternative) for alternative in alternatives(schema, schema, sample))
    return [variation for variation in tried if variation]


def _variation(root: Path, blueprint: str, base: Template, path: str, before: Any, values: Sequence[Any]) -> Variation | None:
    """The first value that the settings accept, and what it changes."""
    for after in values:
        try:
            return Variation(path, before, after, change(base, synthesise(root, blueprint, _nested(path, after))))
        except SettingsError:
            continue
    return None


Alternative = tuple[str, Any, Sequence[Any]]


def alternatives(root: Mapping[str, Any], schema: Mapping[str, Any], sample: Any, prefix: str = "") -> Iterator[Alternative]:
    """Yields each setting by its path, with its default and other values, the likeliest first."""
    for name, raw in schema.get("properties", {}).items():
        options = _options(root, raw)
        default = raw.get("default")
        given = sample.get(name, MISSING) if isinstance(sample, Mapping) else MISSING
        nested = [option for option in options if option.get("properties")]
        if nested and default is not None:
            yield from alternatives(root, nested[0], given, f"{prefix}{name}.")
            given = MISSING
        if values := _others(options, default, given):
            yield f"{prefix}{name}", default, values


def _others(options: Sequence[Mapping[str, Any]], default: Any, given: Any) -> list[Any]:
    named = [value for option in options for value in option.get("enum", [option["const"]] if "const" in option else [])]
    values = [] if given is MISSING else [given]
    if isinstance(default, bool):
        values.append(not default)
    elif isinstance(default, list):
        values += [default[:1], []]
    elif isinstance(default, int | float) and not named:
        values.append(_next(options, default))
    elif default is not None and {"type": "null"} in options:
        values.append(None)
    return [value for value in [*values, *reversed(named)] if value != default]


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
    """Returns what settings replace, remove and add as a table, and the harmless ones in a sentence."""
    rows = [row for variation in found if any((row := _row(variation))[3:])]
    named = {row[0] for row in rows}
    rest = [path for path in dict.fromkeys(markdown.code(variation.path) for variation in found) if path not in named]
    header = ("Setting", "From", "To", "Replaces", "Removes", "Adds")
    return markdown.table(header, rows) + (f"\nChanged in place: {', '.join(rest)}.\n" if rest else "")


def _row(variation: Variation) -> tuple[str, ...]:
    parts = variation.change
    names = (listed([r for r in resources if r.type not in WITHOUT_STATE]) for resources in (parts.replaced, parts.removed, parts.added))
    return (markdown.code(variation.path), shown(variation.before), shown(variation.after), *names)


def listed(resources: Sequence[Resource]) -> str:
    """Returns a few resources by name, many by construct and count."""
    if len(resources) <= FEW:
        return ", ".join(f"{resource.name} ({short(resource.type)})" for resource in resources)
    counts = Counter(group(resource) for resource in resources)
    return ", ".join(f"{name} ({markdown.plural(count, 'resource')})" for name, count in sorted(counts.items()))
