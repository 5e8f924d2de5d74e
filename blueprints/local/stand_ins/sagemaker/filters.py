"""Takes parts of records and joins answers with what they are answers to.

Follows https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<inside>[^\]]+)\]")
JSON_TYPES = ("application/json", "application/jsonlines", "application/jsonlines; charset=utf-8")


class FilterError(ValueError):
    """A filter is none, or does not fit the data."""


@dataclass(frozen=True)
class Filters:
    """What a job does with records before and after the model.

    Args:
        before: Which part of a record the model gets.
        after: Which part of the outcome is written.
        joined: Whether answers are joined with their records.
        is_json: Whether records are JSON; CSV otherwise.
    """

    before: str = "$"
    after: str = "$"
    joined: bool = False
    is_json: bool = False

    @classmethod
    def of(cls, processing: Mapping[str, Any], content_type: str) -> Filters:
        """Returns what ``DataProcessing`` asks for."""
        joined = processing.get("JoinSource", "None") == "Input"
        kind = content_type.partition(";")[0].strip().lower()
        return cls(processing.get("InputFilter", "$"), processing.get("OutputFilter", "$"), joined, kind in JSON_TYPES)

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        return self.joined or (self.before, self.after) != ("$", "$")

    def taken(self, record: bytes) -> bytes:
        """Returns the part of a record that the model gets."""
        return record if self.before == "$" else self._written(select(self._read(record), self.before))

    def outcome(self, record: bytes, answer: bytes) -> bytes:
        """Returns what is written for a record."""
        found = self._read(answer)
        if self.joined:
            found = self._joined(self._read(record), found)
        return self._written(select(found, self.after))

    def _joined(self, record: Any, answer: Any) -> Any:
        if not self.is_json:
            return [*record, *answer]
        return {**(record if isinstance(record, dict) else {"SageMakerInput": record}), "SageMakerOutput": answer}

    def _read(self, record: bytes) -> Any:
        text = record.decode()
        try:
            return json.loads(text) if self.is_json else next(csv.reader([text.rstrip("\r\n")]), [])
        except ValueError as error:
            raise FilterError(f"the data is no JSON: {error}") from error

    def _written(self, found: Any) -> bytes:
        if self.is_json:
            return json.dumps(found).encode() + b"\n"
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(found if isinstance(found, list) else [found])
        return line.getvalue().encode()


def select(value: Any, path: str) -> Any:
    """Returns the part of ``value`` that a JSONPath names, as far as the filters of SageMaker know it.

    Raises:
        FilterError: It is no such path, or there is no such part.
    """
    if path == "$":
        return value
    steps = list(STEP.finditer(path, 1))
    if not path.startswith("$") or "".join(step[0] for step in steps) != path[1:]:
        raise FilterError(f"a filter must be a path such as $[1:] or $.features, got {path!r}")
    for step in steps:
        value = _member(value, step["name"]) if step["name"] else _inside(value, step["inside"])
    return value


def _inside(value: Any, inside: str) -> Any:
    """Returns what brackets name: names in quotes, places, or ranges of places."""
    wanted = [part.strip() for part in inside.split(",")]
    if all(part[:1] in ("'", '"') for part in wanted):
        names = [part[1:-1] for part in wanted]
        return _member(value, names[0]) if len(names) == 1 else {name: _member(value, name) for name in names}
    if not isinstance(value, list):
        raise FilterError(f"[{inside}] needs a list")
    try:
        found = [each for part in wanted for each in _places(part)(value)]
    except (ValueError, IndexError) as error:
        raise FilterError(f"[{inside}] is not within the data: {error}") from error
    return found[0] if len(wanted) == 1 and ":" not in inside else found


def _places(part: str) -> Callable[[list[Any]], list[Any]]:
    if ":" not in part:
        return lambda value: [value[int(part)]]
    first, last = (int(end) if end.strip() else None for end in part.split(":"))
    return lambda value: value[first:last]


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise FilterError(f"there is no {name} in the data")
    return value[name]
