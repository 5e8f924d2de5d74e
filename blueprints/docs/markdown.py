"""Markdown pieces: tables, cells and marked regions."""

import re
from collections.abc import Iterable, Sequence


def cell(value: object) -> str:
    """Returns text that stays inside one table cell."""
    return str(value).replace("\\|", "|").replace("|", "\\|").replace("\n", " ").strip()


def code(value: object) -> str:
    """Returns text set as code, or nothing for nothing."""
    return f"`{value}`" if str(value) else ""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Returns a table, or ``None.`` when it has no row."""
    lines = ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    if not lines:
        return "None.\n"
    return "\n".join(["| " + " | ".join(header) + " |", "|" + "---|" * len(header), *lines]) + "\n"


def section(title: str, *parts: str, level: int = 2) -> str:
    """Returns a heading and what stands under it."""
    return "\n".join([f"{'#' * level} {title}\n", *(part if part.endswith("\n") else part + "\n" for part in parts if part)])


def plural(count: int, noun: str) -> str:
    """Returns a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def mermaid(text: str) -> str:
    """Returns a diagram as a fenced block."""
    return f"```mermaid\n{text.rstrip()}\n```\n"


def markers(name: str) -> str:
    """Returns the markers of an empty region."""
    return f"<!-- {name}: start -->\n<!-- {name}: end -->\n"


def replace_region(text: str, name: str, body: str) -> str:
    """Returns ``text`` with what stands between the markers of ``name`` replaced.

    Raises:
        ValueError: The markers are missing.
    """
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    pattern = re.compile(re.escape(start) + r".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"the markers {start!r} and {end!r} must stand in the text, found neither or one")
    return pattern.sub(lambda _: f"{start}\n{body.rstrip()}\n{end}", text)


def region(text: str, name: str) -> str:
    """Returns what stands between the markers of ``name``."""
    match = re.search(rf"<!-- {re.escape(name)}: start -->\n(.*?)<!-- {re.escape(name)}: end -->", text, re.DOTALL)
    if not match:
        raise ValueError(f"no region {name!r} in the text")
    return match.group(1)
