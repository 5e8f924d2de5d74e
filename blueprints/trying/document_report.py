"""How the outcome of a document is shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from blueprints.console import safe, table

if TYPE_CHECKING:
    from blueprints.trying.document_analysis import Outcome

COLOURS = {"SUCCEEDED": "green", "REFUSED": "yellow", "REJECTED": "yellow"}
SERVICES = {"textract": "Textract", "comprehend": "Comprehend"}
MANY_FIELDS, MANY_ROWS, MANY_ENTITIES, EXCERPT = 8, 4, 6, 240
FIELDS = {("document", "review"): "fields", ("expense",): "expense", ("identity",): "identity", ("lending",): "lending"}
Line = tuple[str, str]


def print_outcome(outcome: "Outcome", answered_by: str, console: Console) -> None:
    """Writes what was found in a document and who found it, or why it was refused."""
    colour = COLOURS.get(outcome.status, "red")
    about = ", ".join([*_file(outcome.result), f"{outcome.seconds} s"])
    console.print(f"\n[bold]{safe(outcome.upload.key)}[/]  [{colour}]{outcome.status}[/]  {safe(about)}")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in _lines(outcome, answered_by):
        grid.add_row(f"  {label}", safe(text))
    console.print(grid)
    if address := outcome.location("result_key"):
        console.print(f"  [dim]result[/]  {safe(address)}", soft_wrap=True)


def answerers(calls: Iterable[Mapping[str, Any]]) -> str:
    """Says which programs answered in place of AWS's services."""
    found = {SERVICES[call["service"]]: call["provenance"] for call in calls if call["service"] in SERVICES}
    return "; ".join(f"{service}: {provenance}" for service, provenance in sorted(found.items(), reverse=True))


def print_summary(outcomes: Sequence["Outcome"], console: Console) -> None:
    """Writes all documents as a table."""
    console.print()
    columns = ("Document", "Outcome", "Type", "Fields", "Tables", "Entities", "PII", "Time")
    shown = table(*columns, rows=[_summary(outcome) for outcome in outcomes])
    shown.collapse_padding = True
    for column in shown.columns[1:]:
        column.no_wrap = True
    for column in shown.columns[3:]:
        column.justify = "right"
    console.print(shown)


def _summary(outcome: "Outcome") -> Iterable[str]:
    result = outcome.result or {}
    file = result.get("file", {})
    counts = [str(len(result[name])) if name in result else "" for name in ("fields", "tables", "entities", "pii")]
    status = outcome.status if not outcome.row.get("reason") else f"{outcome.status}: {outcome.row['reason']['code']}"
    kind = file.get("content_type", "").rpartition("/")[2]
    return (outcome.upload.key, status, kind, *counts, f"{outcome.seconds:.1f} s")


def _file(result: dict[str, Any] | None) -> list[str]:
    if result is None:
        return []
    pages = result["file"]["pages"]
    return [result["file"]["content_type"], f"{pages} page{'s' * (pages != 1)}"]


def _lines(outcome: "Outcome", answered_by: str) -> Iterator[Line]:
    if reason := outcome.row.get("reason"):
        yield "why", f"{reason['code']}: {reason['message']}"
    if outcome.result is not None:
        yield from _found(outcome.result)
    if outcome.redacted_text:
        yield "redacted", _excerpt(outcome.redacted_text)
    if outcome.reviewed:
        names = ", ".join(dict.fromkeys(_name(field) for field in outcome.reviewed))
        yield "review", f"in doubt: {names}; approved by this command in a reviewer's place"
    if outcome.result is not None and answered_by:
        yield "found by", answered_by


def _found(result: dict[str, Any]) -> Iterator[Line]:
    for source, label in FIELDS.items():
        fields = [item for item in result["fields"] if item["source"] in source]
        yield from _labelled(label, [f"{_name(item)}: {item['value']}  ({item['confidence']:.0f} %)" for item in fields])
    for found in result["tables"]:
        yield from _labelled(f"table p. {found['page']}", [" | ".join(row) for row in found["rows"]], MANY_ROWS)
    yield from _labelled("answers", [f"{item['query']} {item['answer']}" for item in result["queries"] if item["answer"]])
    if result["signatures"]:
        yield "signatures", f"on page {', '.join(str(page) for page in sorted({item['page'] for item in result['signatures']}))}"
    yield from _labelled("entities", _by_type(result["entities"]))
    if result["pii"]:
        yield "PII", ", ".join(sorted({item["type"] for item in result["pii"]}))
    if result["language"]:
        yield "language", result["language"]
    yield from _labelled("skipped", [f"{item['kind']}: {item['reason']}" for item in result["skipped"]])


def _name(field: Mapping[str, Any]) -> str:
    return str(field["key"]).rstrip(": ")


def _labelled(label: str, texts: Sequence[str], limit: int = MANY_FIELDS) -> Iterator[Line]:
    shown = list(texts[:limit]) + ([f"… and {len(texts) - limit} more"] if len(texts) > limit else [])
    if shown:
        yield label, "\n".join(shown)


def _by_type(entities: Iterable[dict[str, Any]]) -> list[str]:
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for entity in entities:
        names[entity["type"]][entity["text"]] = None
    return [
        f"{kind}: {', '.join(list(found)[:MANY_ENTITIES])}{', …' * (len(found) > MANY_ENTITIES)}" for kind, found in sorted(names.items())
    ]


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]} …"
