"""Textract's blocks: what a page holds, and how it hangs together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from blueprints.local.stand_ins.textract.pages import Box, Line, Page, Selection, Signature, Word, in_rows

Block = dict[str, Any]


class Blocks:
    """The blocks of one page, begun with its ``PAGE``, ``LINE`` and ``WORD`` blocks.

    Follows https://docs.aws.amazon.com/textract/latest/dg/API_Block.html.

    Args:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._blocks: list[Block] = []
        self._ids: dict[Line | Word | Selection | Signature, str] = {}
        self._root = self._append("PAGE", page.box, None)
        for line in (line for row in in_rows(page.lines) for line in row):
            self._ids[line] = self.add(
                "LINE", line.box, line.confidence, children=[word for word in line.words if word not in self._ids], Text=line.text
            )
        words = [block for block in self._blocks if block["BlockType"] == "WORD"]
        self._blocks = [*(block for block in self._blocks if block["BlockType"] != "WORD"), *words]

    def __iter__(self) -> Any:
        """Yields the blocks."""
        return iter(self._blocks)

    def add(self, kind: str, box: Box, confidence: float, *, children: Iterable[Any] = (), on_page: bool = True, **members: Any) -> str:
        """Adds a block, hung on the page unless it is part of another block, and returns its id.

        Args:
            kind: The block's type.
            box: Where it is.
            confidence: From 0 to 100.
            children: Lines, words, selections, signatures or ids of blocks in it.
            on_page: Whether it is a child of the page itself.
            members: Further members of the block.
        """
        ids = [self.id_of(child) for child in children]
        block = self._append(kind, box, confidence, **members)
        if ids:
            self.relate(block["Id"], "CHILD", ids)
        if on_page:
            self.relate(self._root["Id"], "CHILD", [block["Id"]])
        return str(block["Id"])

    def relate(self, block_id: str, kind: str, ids: list[str]) -> None:
        """Adds a relationship of the block, or to the one of that kind that it has."""
        block = next(each for each in self._blocks if each["Id"] == block_id)
        relationships = block.setdefault("Relationships", [])
        found = next((each for each in relationships if each["Type"] == kind), None)
        if found is None:
            relationships.append({"Type": kind, "Ids": list(ids)})
        else:
            found["Ids"].extend(ids)

    def id_of(self, part: Any) -> str:
        """Returns the id of a part's block, which is made at the first call."""
        if isinstance(part, str):
            return part
        if part not in self._ids:
            self._ids[part] = self._made(part)
        return self._ids[part]

    def _made(self, part: Any) -> str:
        if isinstance(part, Word):
            return str(self._append("WORD", part.box, part.confidence, Text=part.text)["Id"])
        if isinstance(part, Selection):
            status = "SELECTED" if part.selected else "NOT_SELECTED"
            return str(self._append("SELECTION_ELEMENT", part.box, part.confidence, SelectionStatus=status)["Id"])
        return self.add("SIGNATURE", part.box, part.confidence)

    def _append(self, kind: str, box: Box, confidence: float | None, **members: Any) -> Block:
        block = {"BlockType": kind, "Id": str(uuid.uuid4()), "Page": self.page.number, "Geometry": self.page.geometry(box), **members}
        if confidence is not None:
            block["Confidence"] = confidence
        self._blocks.append(block)
        return block
