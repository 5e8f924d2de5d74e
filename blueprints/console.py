"""Where the command line writes: results to standard output, everything else to standard error."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def fail(message: str, code: int = BAD_INPUT) -> NoReturn:
    """Ends the command with a message and an exit code."""
    err.print(f"[bold red]Error:[/] {safe(message)}", soft_wrap=True)
    raise typer.Exit(code)


def safe(text: object) -> str:
    """Returns text in which square brackets mean themselves."""
    return str(text).replace("[", r"\[")


def print_json(document: Any) -> None:
    """Writes one JSON document to standard output."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def table(*columns: str, rows: Iterable[Iterable[str]], title: str | None = None) -> Table:
    """Returns a plain table; the cells are text, not markup."""
    result = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", header_style="bold", pad_edge=False)
    for column in columns:
        result.add_column(column, overflow="fold")
    for row in rows:
        result.add_row(*(safe(cell) for cell in row))
    return result
