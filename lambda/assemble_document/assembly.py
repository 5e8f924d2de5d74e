"""The document as it is being assembled."""

from dataclasses import dataclass, field
from typing import Any

PAGE_BREAK = "\f"


def percent(value: float | None) -> float | None:
    """A confidence with two decimals, None where Textract gives none."""
    return None if value is None else round(value, 2)


@dataclass
class Assembly:
    """What was found, in the order of the pages."""

    lines: dict[int, list[str]] = field(default_factory=dict)
    fields: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, Any]] = field(default_factory=list)
    signatures: list[dict[str, Any]] = field(default_factory=list)
    layout: list[dict[str, Any]] = field(default_factory=list)
    expense: list[dict[str, Any]] = field(default_factory=list)
    identity: list[dict[str, Any]] = field(default_factory=list)
    lending: list[dict[str, Any]] = field(default_factory=list)

    def add_line(self, page: int, text: str) -> None:
        """Appends a line to ``page``."""
        self.lines.setdefault(page, []).append(text)

    def add_field(self, source: str, key: str, value: str, confidence: float | None, page: int) -> None:
        """Appends a field that ``source`` found."""
        self.fields.append({"key": key, "value": value, "confidence": percent(confidence), "page": page, "source": source})

    def text(self) -> str:
        """All lines; a form feed starts every page but the first."""
        return f"\n{PAGE_BREAK}".join("\n".join(self.lines[page]) for page in sorted(self.lines))

    def low_confidence(self, threshold: float) -> list[int]:
        """The positions of the fields below ``threshold`` percent; a field without a confidence is one unless all are accepted."""
        return [number for number, found in enumerate(self.fields) if (found["confidence"] or 0) < threshold]

    def as_dict(self) -> dict[str, Any]:
        """Everything but the text."""
        return {name: value for name, value in vars(self).items() if name != "lines"}

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {"lines": sum(map(len, self.lines.values()))} | {name: len(value) for name, value in self.as_dict().items()}
