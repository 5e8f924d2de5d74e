"""How documents, answers and checks of a knowledge base are shown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from blueprints.console import safe, table
from blueprints.trying.answers import key_of
from blueprints.trying.checks import Asked, Check
from blueprints.trying.ingestion import FAILED, Ingestion

COLOURS = {"answered": "green", "truncated": "green", "error": "red"}
EXCERPT = 160
Line = tuple[str, str]


def print_documents(ingestion: Ingestion, console: Console) -> None:
    """Writes what became of the documents."""
    rows = [(found.upload.key, found.status, found.reason) for found in ingestion.documents]
    shown = table("Document", "Outcome", "Why", rows=rows)
    shown.columns[1].no_wrap = True
    console.print(shown)
    failed = len(ingestion.with_status(*FAILED))
    passages = "an unknown number of" if ingestion.chunks is None else ingestion.chunks
    summary = f"{len(ingestion.documents)} documents, {failed} failed; {passages} passages; {_runs(ingestion.runs)}; {ingestion.seconds} s"
    console.print(safe(summary), soft_wrap=True)


def _runs(runs: Sequence[Mapping[str, Any]]) -> str:
    statistics = [run.get("statistics", {}) for run in runs]
    names = {"scanned": "Scanned", "new": "NewDocumentsIndexed", "changed": "ModifiedDocumentsIndexed", "failed": "Failed"}
    keys = {name: f"numberOf{key}" if key.endswith("Indexed") else f"numberOfDocuments{key}" for name, key in names.items()}
    counts = ", ".join(f"{sum(found.get(key, 0) for found in statistics)} {name}" for name, key in keys.items())
    return f"{len(runs)} sync{'s' * (len(runs) != 1)}: {counts}"


def print_answers(asked: Sequence[Asked], answered_by: str, console: Console) -> None:
    """Writes each answer with its citations and who wrote it."""
    for one in asked:
        reply = one.reply
        colour = COLOURS.get(reply.outcome, "yellow")
        about = f"as a user of {one.tenant}" if one.tenant else "as a user of no tenant"
        console.print(f"\n[bold]{safe(one.question)}[/]  [{colour}]{reply.outcome}[/]  {safe(about)}, {reply.seconds} s", soft_wrap=True)
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, text in _lines(reply.body, reply.status, answered_by):
            grid.add_row(safe(f"  {label}"), safe(text))
        console.print(grid)


def _lines(body: Mapping[str, Any], status: int, answered_by: str) -> Iterator[Line]:
    if body.get("answer"):
        yield "answer", body["answer"]
    if body.get("message"):
        yield f"HTTP {status}", body["message"]
    for citation in body.get("citations", ()):
        page = f", page {citation['page']}" if citation.get("page") else ""
        yield f"[{citation['number']}]", f"{key_of(citation['source'])}{page}\n{_shortened(citation['excerpt'])}"
    for source in body.get("withheld", ()):
        yield "withheld", key_of(source)
    guardrail = body.get("guardrail", {})
    if guardrail.get("intervened"):
        yield "guardrail", ", ".join(guardrail.get("policies", ())) or "intervened"
    if body.get("usage", {}).get("output_tokens"):
        yield "written by", answered_by


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]} …"


def print_checks(checks: Sequence[Check], console: Console) -> None:
    """Writes what was tried and whether all was as it should be."""
    console.print()
    rows = [
        (check.name, "\n".join([check.seen, *check.wrong]), "ok" if check.passed else "WRONG", f"{check.seconds} s") for check in checks
    ]
    shown = table("Tried", "Seen", "", "Time", rows=rows)
    for column in shown.columns[2:]:
        column.no_wrap = True
    shown.columns[3].justify = "right"
    console.print(shown)
