"""Reads a settings file: YAML with the types of JSON, no key twice, and the line of everything in it."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stacks.settings.problems import Location, Problem, SettingsError

TAG = "tag:yaml.org,2002:"
TYPES = ("bool", "float", "int", "map", "null", "seq", "str")


@dataclass(frozen=True)
class Source:
    """A settings file as plain data.

    Args:
        data: What is in it, without the parts that no settings file can hold.
        lines: The line of each part, from 1.
        problems: The parts that were left out.
    """

    data: Any
    lines: dict[Location, int]
    problems: list[Problem]

    def line(self, location: Location) -> int | None:
        """Returns the line of ``location``, or of the nearest part around it."""
        for length in range(len(location), -1, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return None


class _Loader(yaml.SafeLoader):
    """Knows the types of JSON only, so that a date is text, and no aliases, which can blow a small file up without bounds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not read here, write the settings out", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.removeprefix(TAG) in TYPES]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: constructor for tag, constructor in yaml.SafeLoader.yaml_constructors.items() if tag is None or tag.removeprefix(TAG) in TYPES
}


def read(path: Path) -> Source:
    """Reads ``path``.

    Raises:
        SettingsError: The file can't be read or isn't YAML.
    """
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(path, [Problem((), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Problem((), "cannot be read: it is not UTF-8 text")]) from error
    except yaml.YAMLError as error:
        raise SettingsError(path, [_syntax_problem(error)]) from error


def _parse(text: str) -> Source:
    loader = _Loader(text)
    lines: dict[Location, int] = {}
    problems: list[Problem] = []
    node = loader.get_single_node()
    if node is None:
        return Source({}, lines, problems)
    _walk(node, (), lines, problems)
    return Source(loader.construct_document(node), lines, problems)


def _syntax_problem(error: yaml.YAMLError) -> Problem:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem((), f"is not YAML that can be read here: {' '.join(str(error).split())}")
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    return Problem(
        (),
        f"is not YAML that can be read here{f', column {mark.column + 1}' if mark else ''}: {what}",
        line=mark.line + 1 if mark else None,
    )


def _walk(node: yaml.Node, location: Location, lines: dict[Location, int], problems: list[Problem]) -> None:
    """Notes the lines, and takes out the keys that can't be used."""
    lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*location, index), lines, problems)
    elif isinstance(node, yaml.MappingNode):
        first_lines: dict[Hashable, int] = {}
        kept = []
        for key, value in node.value:
            if problem := _key_problem(key, location, first_lines):
                problems.append(problem)
                continue
            kept.append((key, value))
            lines[*location, key.value] = first_lines[key.value] = key.start_mark.line + 1
            _walk(value, (*location, key.value), lines, problems)
        node.value = kept


def _key_problem(key: yaml.Node, location: Location, first_lines: dict[Hashable, int]) -> Problem | None:
    line = key.start_mark.line + 1
    if not isinstance(key, yaml.ScalarNode) or key.tag != f"{TAG}str":
        return Problem(location, f"a key must be text; put quotes around {key.value!r} if it is meant", line=line)
    if key.value in first_lines:
        return Problem((*location, key.value), f"stands twice, first on line {first_lines[key.value]}", line=line)
    return None
