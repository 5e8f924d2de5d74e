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
class Start:
    """Settings that one is changed in: those of a sample, or the defaults, without a name."""

    sample: str
    settings: Mapping[str, Any]
    template: Template


@dataclass(frozen=True)
class Variation:
    """One setting with another value, and what that changes."""

    path: str
    before: Any
    after: Any
    change: Change
    sample: str = ""

    @property
    def is_felt(self) -> bool:
        """Whether anything changes."""
        return any(vars(self.change).values())


def variations(root: Path, blueprint: str, starts: Sequence[Start]) -> list[Variation]:
    """Returns what each setting changes, in the first of ``starts`` where it changes something.

    Args:
        root: The project's folder.
        blueprint: Its name in the catalogue.
        starts: The defaults, then samples; other values are taken from the first of these, where a type alone suggests none.
    """
    schema = CATALOGUE[blueprint].settings_model().model_json_schema()
    sample = starts[1].settings if len(starts) > 1 else {}
    tried = (_first_felt(root, blueprint, starts, *alternative) for alternative in alternatives(schema, schema, sample))
    return [variation for variation in tried if variation]


def _first_felt(root: Path, blueprint: str, starts: Sequence[Start], path: str, default: Any, values: Sequence[Any]) -> Variation | None:
    """The first variation that changes something, or else the first that the settings accept."""
    accepted = None
    for start in starts:
        found = _variation(root, blueprint, start, path, default, values)
        if found and found.is_felt:
            return found
        accepted = accepted or found
    return accepted


def _variation(root: Path, blueprint: str, start: Start, path: str, default: Any, values: Sequence[Any]) -> Variation | None:
    """The first value that the settings accept, and what it changes."""
    before = _given(start.settings, path, default)
    for after in (value for value in (*values, default) if value != before):
        try:
            changed = synthesise(root, blueprint, _with(start.settings, path, after))
        except SettingsError:
            continue
        return Variation(path, before, after, change(start.template, changed), start.sample)
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


def _given(settings: Any, path: str, default: Any) -> Any:
    """The value of a setting, as the settings have it."""
    name, _, rest = path.partition(".")
    if not isinstance(settings, Mapping) or name not in settings:
        return default
    return _given(settings[name], rest, default) if rest else settings[name]


def _with(settings: Any, path: str, value: Any) -> dict[str, Any]:
    """The settings with another value of one."""
    name, _, rest = path.partition(".")
    known = dict(settings) if isinstance(settings, Mapping) else {}
    return known | {name: _with(known.get(name), rest, value) if rest else value}


def table(found: Sequence[Variation]) -> str:
    """Returns what settings replace, remove and add as a table, and the harmless ones in a sentence."""
    rows = [row for variation in found if any((row := _row(variation))[3:])]
    rest = [variation for variation in found if not any(_row(variation)[3:])]
    header = ("Setting", "From", "To", "Replaces", "Removes", "Adds")
    in_place = _sentence("Changed in place", [variation.path for variation in rest if variation.is_felt])
    return markdown.table(header, rows) + in_place + _sentence("Without an effect by itself", [v.path for v in rest if not v.is_felt])


def _sentence(label: str, paths: Sequence[str]) -> str:
    return f"\n{label}: {', '.join(dict.fromkeys(markdown.code(path) for path in paths))}.\n" if paths else ""


def _row(variation: Variation) -> tuple[str, ...]:
    parts = variation.change
    names = (listed([r for r in resources if r.type not in WITHOUT_STATE]) for resources in (parts.replaced, parts.removed, parts.added))
    place = f" in `{variation.sample}.yaml`" if variation.sample else ""
    return (markdown.code(variation.path) + place, shown(variation.before), shown(variation.after), *names)


def listed(resources: Sequence[Resource]) -> str:
    """Returns a few resources by name, many by construct and count."""
    if len(resources) <= FEW:
        return ", ".join(f"{resource.lasting_name} ({short(resource.type)})" for resource in resources)
    counts = Counter(group(resource) for resource in resources)
    return ", ".join(f"{name} ({markdown.plural(count, 'resource')})" for name, count in sorted(counts.items()))
