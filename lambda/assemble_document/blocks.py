"""Textract's blocks: lines, key-value pairs, tables, queries, signatures and layout.

Of each block only what is used is kept, since a long document has millions.
https://docs.aws.amazon.com/textract/latest/dg/how-it-works-document-layout.html
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assemble_document.assembly import Assembly, percent

RELATED = ("KEY_VALUE_SET", "TABLE", "CELL", "QUERY")
DETAILS: tuple[str, ...] = ("EntityTypes", "RowIndex", "ColumnIndex", "Query")
LAYOUT = "LAYOUT_"
LAYOUT_DEPTH = 2


@dataclass(slots=True)
class Block:
    """What is kept of a block."""

    type: str
    page: int
    text: str
    confidence: float | None
    related: dict[str, list[str]] | None
    detail: dict[str, Any] | None


class Blocks:
    """The blocks of one analysis, in the order in which Textract gives them."""

    def __init__(self) -> None:
        self._blocks: dict[str, Block] = {}

    def add(self, blocks: Iterable[dict[str, Any]]) -> None:
        """Keeps ``blocks``; a repeated one counts once."""
        for raw in blocks:
            self._blocks.setdefault(raw.get("Id") or f"unnamed-{len(self._blocks)}", _kept(raw))

    def read_into(self, assembly: Assembly) -> None:
        """Adds everything that the blocks say to ``assembly``."""
        for block in self._blocks.values():
            if block.type == "LINE":
                assembly.add_line(block.page, block.text)
            elif block.type == "KEY_VALUE_SET":
                self._read_field(block, assembly)
            elif block.type == "TABLE":
                assembly.tables.append({"page": block.page, "confidence": percent(block.confidence), "rows": self._rows(block)})
            elif block.type == "SIGNATURE":
                assembly.signatures.append({"page": block.page, "confidence": percent(block.confidence)})
        self._read_layout(assembly)
        self._read_queries(assembly)

    def _read_field(self, block: Block, assembly: Assembly) -> None:
        if "KEY" not in (block.detail or {}).get("EntityTypes", ()):
            return
        values = list(self._related(block, "VALUE"))
        value = " ".join(filter(None, (self._words(part) for part in values)))
        assembly.add_field("document", self._words(block), value, _least([block, *values]), block.page)

    def _rows(self, table: Block) -> list[list[str]]:
        cells = {}
        for cell in self._related(table, "CHILD"):
            place = cell.detail or {}
            if cell.type == "CELL":
                cells[place.get("RowIndex", 1), place.get("ColumnIndex", 1)] = self._words(cell)
        columns = sorted({column for _, column in cells})
        return [[cells.get((row, column), "") for column in columns] for row in sorted({row for row, _ in cells})]

    def _read_layout(self, assembly: Assembly) -> None:
        outer = {name: block for name, block in self._blocks.items() if block.type.startswith(LAYOUT)}
        inner = {child for block in outer.values() for child in (block.related or {}).get("CHILD", ())}
        for name, block in outer.items():
            if name not in inner:
                assembly.layout.append({"type": block.type.removeprefix(LAYOUT), "page": block.page, "text": self._layout_text(block)})

    def _read_queries(self, assembly: Assembly) -> None:
        answered: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
        for block in self._blocks.values():
            if block.type == "QUERY":
                query = (block.detail or {}).get("Query") or {}
                asked = (query.get("Text", ""), query.get("Alias"))
                answered.setdefault(asked, []).extend(self._answers(block))
        for (text, alias), answers in answered.items():
            for answer in answers or [{"answer": None, "confidence": None}]:
                assembly.queries.append({"query": text, "alias": alias} | answer)
            for answer in answers:
                assembly.add_field("query", alias or text, answer["answer"], answer["confidence"], answer["page"])

    def _answers(self, query: Block) -> Iterator[dict[str, Any]]:
        for answer in self._related(query, "ANSWER"):
            yield {"answer": answer.text, "confidence": percent(answer.confidence), "page": answer.page}

    def _layout_text(self, block: Block, depth: int = 0) -> str:
        parts = self._related(block, "CHILD") if depth < LAYOUT_DEPTH else ()
        return "\n".join(self._layout_text(part, depth + 1) if part.type.startswith(LAYOUT) else part.text for part in parts)

    def _words(self, block: Block) -> str:
        return " ".join(part.text for part in self._related(block, "CHILD") if part.text)

    def _related(self, block: Block, kind: str) -> Iterator[Block]:
        for name in (block.related or {}).get(kind, ()):
            if name in self._blocks:
                yield self._blocks[name]


def _kept(raw: dict[str, Any]) -> Block:
    kind = raw.get("BlockType", "")
    related: dict[str, list[str]] | None = None
    detail: dict[str, Any] | None = None
    if kind in RELATED or kind.startswith(LAYOUT):
        related = {}
        for relation in raw.get("Relationships", ()):
            related.setdefault(relation.get("Type", ""), []).extend(relation.get("Ids", ()))
        detail = {name: raw[name] for name in DETAILS if name in raw}
    text = raw.get("Text") or raw.get("SelectionStatus") or ""
    return Block(kind, raw.get("Page", 1), text, raw.get("Confidence"), related, detail)


def _least(blocks: list[Block]) -> float | None:
    known = [block.confidence for block in blocks if block.confidence is not None]
    return min(known) if known else None
