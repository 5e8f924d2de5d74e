"""Sends files through async-inference."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from blueprints.console import safe, table
from blueprints.trying.async_checks import Demonstration
from blueprints.trying.async_uploads import NO_END, Index, Outcome, follow, inputs_of
from blueprints.trying.checks import Check
from blueprints.trying.files import file_problems
from blueprints.trying.knowledge_base_report import print_checks
from blueprints.trying.trial import Session

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "async-inference"
EXCERPT = 60
ASKING = "InvokeEndpointAsync"


class Trial:
    """Uploads inputs, follows each until it has its end, and shows what came of them."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.checks: list[Check] = []
        self.answered_by = ""

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells which files can't be sent."""
        return file_problems(files)

    def run(self, session: Session, files: Sequence[Path]) -> bool:
        """Sends the inputs; returns whether each had an answer or was refused, and of the samples whether all is as it must be."""
        index = Index(session)
        self.outcomes = inputs_of(files or sorted(SAMPLES.iterdir()))
        follow(session, index, self.outcomes)
        if any(outcome.status == NO_END for outcome in self.outcomes):
            done = False
        elif files:
            done = all(outcome.status != "FAILED" for outcome in self.outcomes)
        else:
            shown = Demonstration(session, index, self.outcomes)
            shown.run()
            self.checks = shown.checks
            done = all(check.passed for check in self.checks)
        self.answered_by = answerer(session.aws.report()["calls"])
        return done

    def print(self, console: Console) -> None:
        """Shows each input with its end, then the checks."""
        rows = [(outcome.upload.key, outcome.status, _told(outcome), f"{outcome.seconds} s") for outcome in self.outcomes]
        shown = table("Input", "End", "Answer, or why there is none", "Time", rows=rows)
        for column in (shown.columns[1], shown.columns[3]):
            column.no_wrap = True
        console.print(shown)
        if self.answered_by:
            console.print(safe(f"answered by {self.answered_by}"), soft_wrap=True)
        if self.checks:
            print_checks(self.checks, console)

    def document(self) -> dict[str, Any]:
        """Returns what came out as plain data."""
        return {
            "inputs": [
                {
                    "file": str(outcome.upload.path),
                    "key": outcome.upload.key,
                    "status": outcome.status,
                    "seconds": outcome.seconds,
                    "reason": outcome.row.get("reason"),
                    "output_location": outcome.row.get("output_location"),
                    "answer": None if outcome.answer is None else outcome.answer.decode(errors="replace"),
                }
                for outcome in self.outcomes
            ],
            "answered_by": self.answered_by,
            "checks": [
                {"name": check.name, "passed": check.passed, "seen": check.seen, "wrong": check.wrong, "seconds": check.seconds}
                for check in self.checks
            ],
        }


def answerer(calls: Iterable[Mapping[str, Any]]) -> str:
    """Says which program served in place of the endpoint."""
    return ", ".join(sorted({call["provenance"] for call in calls if call["operation"] == ASKING and call["failed"] < call["count"]}))


def _told(outcome: Outcome) -> str:
    if outcome.answer is not None:
        line = " ".join(outcome.answer.decode(errors="replace").split())
        return line if len(line) <= EXCERPT else f"{line[:EXCERPT]} …"
    reason = outcome.row.get("reason")
    return f"{reason['code']}: {reason['message']}" if reason else ""
