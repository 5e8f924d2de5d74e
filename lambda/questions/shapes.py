"""Looks into answers and events of which nothing is certain: what isn't there, or isn't what it should be, is empty."""

import math
from collections.abc import Mapping
from typing import Any


def part(of: Any, *path: str) -> Mapping[str, Any]:
    """The object at ``path``."""
    for name in path:
        of = of.get(name) if isinstance(of, Mapping) else None
    return of if isinstance(of, Mapping) else {}


def items(of: Any, name: str) -> list[Any]:
    """The list called ``name``."""
    found = of.get(name) if isinstance(of, Mapping) else None
    return found if isinstance(found, list) else []


def text(of: Any, name: str) -> str:
    """The text called ``name``."""
    found = of.get(name) if isinstance(of, Mapping) else None
    return found if isinstance(found, str) else ""


def number(of: Any, name: str) -> float | None:
    """The number called ``name``, if it is finite."""
    found = of.get(name) if isinstance(of, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return float(found)
