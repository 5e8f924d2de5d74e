"""Sends files through batch-transform."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from blueprints.console import safe, table
from blueprints.trying.checks import Check
from blueprints.trying.files import file_problems, uploads
from blueprints.trying.knowledge_base_report import print_checks
from blueprints.trying.transform_checks import Demonstration
from blueprints.trying.transform_requests import DATA, Requests
from blueprints.trying.trial import Session

EXCERPT = 60
ASKING = "CreateTransformJob"


class Trial:
    """Shows what becomes of requests of every kind; or has the user's files transformed, by one manifest."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.results: dict[str, bytes] = {}
        self.checks: list[Check] = []
        self.answered_by = ""

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells which files can't be sent."""
        return file_problems(files)

    def run(self, session: Session, files: Sequence[Path]) -> bool:
        """Sends requests; returns whether all steps went as they should, or the files were transformed."""
        if files:
            done = self._transform(session, files)
        else:
            shown = Demonstration(session)
            shown.run()
            self.rows, self.checks = shown.rows, shown.checks
            done = all(check.passed for check in self.checks)
        self.answered_by = answerer(session.aws.report()["calls"])
        return done

    def _transform(self, session: Session, files: Sequence[Path]) -> bool:
        requests = Requests(session)
        found = uploads(files)
        for upload in found:
            requests.put(f"{DATA}{upload.key}", upload.path.read_bytes())
        address = requests.manifest("files", [upload.key for upload in found])
        row = requests.ended(address)
        self.rows[address] = row
        self.results = requests.results(row) if "output_uri" in row else {}
        return bool(row["status"] == "SUCCEEDED")

    def print(self, console: Console) -> None:
        """Shows each request with its end, the results of the user's files, then the checks."""
        rows = [(address.partition("/")[2], str(row["status"]), _told(row)) for address, row in self.rows.items()]
        console.print(table("Request", "End", "What came of it, or why nothing did", rows=rows))
        if self.results:
            found = [(name, _excerpt(content)) for name, content in self.results.items()]
            console.print(table("Result", "Content", rows=found))
        if self.answered_by:
            console.print(safe(f"transformed by {self.answered_by}"), soft_wrap=True)
        if self.checks:
            print_checks(self.checks, console)

    def document(self) -> dict[str, Any]:
        """Returns what came out as plain data."""
        return {
            "requests": [
                {
                    "request": address,
                    "status": row["status"],
                    "attempt": int(row["attempt"]),
                    "reason": row.get("reason"),
                    "objects": _number(row.get("objects")),
                    "records": _number(row.get("records")),
                    "output_uri": row.get("output_uri"),
                }
                for address, row in self.rows.items()
            ],
            "results": {name: content.decode(errors="replace") for name, content in self.results.items()},
            "transformed_by": self.answered_by,
            "checks": [
                {"name": check.name, "passed": check.passed, "seen": check.seen, "wrong": check.wrong, "seconds": check.seconds}
                for check in self.checks
            ],
        }


def answerer(calls: Iterable[Mapping[str, Any]]) -> str:
    """Says which program ran jobs in place of SageMaker."""
    return ", ".join(sorted({call["provenance"] for call in calls if call["operation"] == ASKING and call["failed"] < call["count"]}))


def _told(row: Mapping[str, Any]) -> str:
    reason = row.get("reason")
    if reason:
        return f"{reason['code']}: {reason['message']}"
    return f"{row.get('records', 'uncounted')} records of {row.get('objects')} objects" if "objects" in row else ""


def _excerpt(content: bytes) -> str:
    line = " ".join(content.decode(errors="replace").split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]} …"


def _number(value: Any) -> int | None:
    return None if value is None else int(value)
