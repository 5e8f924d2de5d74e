"""What is wrong with a settings file: all of it, each with its place, its value and what would be right."""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from stacks.settings.schema import allowed_at, properties_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Args:
        location: Keys and indexes that lead to it; empty for the file itself.
        message: What is wrong, the value given, the values allowed.
        line: Its line in the file, from 1.
    """

    location: Location
    message: str
    line: int | None = None

    @property
    def path(self) -> str:
        """``deployments.document-analysis.features[2]``."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.location).removeprefix(".")


class SettingsError(Exception):
    """A settings file that can't be used, with every problem in it.

    Args:
        file: The settings file.
        problems: What is wrong with it, at least one.
    """

    def __init__(self, file: Path, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.path)))
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> Iterable[str]:
        for problem in self.problems:
            place = f"{self.file}:{problem.line}" if problem.line else f"{self.file}"
            yield f"{place}: {problem.path}: {problem.message}" if problem.path else f"{place}: {problem.message}"


def collect(error: ValidationError, data: Any, model: type[BaseModel], prefix: Location = ()) -> list[Problem]:
    """Turns pydantic's errors about ``data`` into problems below ``prefix``, one for each place."""
    schema = model.model_json_schema()
    problems: dict[Location, Problem] = {}
    for details in error.errors(include_url=False):
        location, value = _follow(details, data)
        problems.setdefault(location, Problem((*prefix, *location), _message(details, location, value, schema)))
    return [problem for location, problem in problems.items() if not any(_inside(other, location) for other in problems)]


def _inside(location: Location, outer: Location) -> bool:
    return len(location) > len(outer) and location[: len(outer)] == outer


def located(problems: Iterable[Problem], line_of: Callable[[Location], int | None]) -> list[Problem]:
    """Adds the lines that ``line_of`` knows."""
    return [problem if problem.line else replace(problem, line=line_of(problem.location)) for problem in problems]


def nearest(name: str, known: Iterable[str]) -> str:
    """Returns ``; did you mean X?`` when a known name is close, else nothing."""
    matches = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {matches[0]}?" if matches else ""


def shown(value: Any) -> str:
    """Returns ``value`` as a settings file would spell it, shortened."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _follow(details: "ErrorDetails", data: Any) -> tuple[Location, Any]:
    """Leaves the names of union members out of pydantic's location, which no settings file holds."""
    location: list[str | int] = []
    value: Any = data
    for part in details["loc"]:
        parts = value if isinstance(value, Mapping) else dict(enumerate(value)) if isinstance(value, list) else {}
        if part in parts:
            location.append(part)
            value = parts[part]
    if details["type"] == "missing":
        location.append(details["loc"][-1])
    return tuple(location), value


def _message(details: "ErrorDetails", location: Location, value: Any, schema: dict[str, Any]) -> str:
    kind = details["type"]
    if kind == "extra_forbidden":
        known = properties_at(schema, location[:-1])
        return f"is not a setting here{nearest(str(location[-1]), known)}; allowed: {', '.join(known)}"
    if kind == "missing":
        return f"is missing; allowed: {allowed_at(schema, location)}"
    if kind.startswith("union_tag"):
        tag = str(details["ctx"]["discriminator"]).strip("'")
        given = value.get(tag) if isinstance(value, Mapping) else value
        allowed = ", ".join(allowed_at(schema, (*location, tag)).split(" or "))
        return f"{tag} is missing; allowed: {allowed}" if given is None else f"{tag} {shown(given)} is not allowed; allowed: {allowed}"
    if kind == "value_error":
        return str(details["ctx"]["error"])
    if details["loc"][-1] == "[key]":
        return f"{shown(location[-1])} is not allowed as a key: {details['msg']}"
    return f"{shown(value)} is not allowed; allowed: {allowed_at(schema, location)}{_suggestion(value, schema, location)}"


def _suggestion(value: Any, schema: dict[str, Any], location: Location) -> str:
    return nearest(value, allowed_at(schema, location).split(", ")) if isinstance(value, str) else ""
