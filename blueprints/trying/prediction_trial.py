"""Sends files through a deployed model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from blueprints.console import safe, table
from blueprints.trying.checks import Check
from blueprints.trying.files import file_problems
from blueprints.trying.knowledge_base_report import print_checks
from blueprints.trying.prediction_checks import LARGEST_BYTES, TYPES, Demonstration, Model
from blueprints.trying.predictions import Reply
from blueprints.trying.trial import Session

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
EXCERPT = 60
ASKING = "InvokeEndpoint"


@dataclass(frozen=True)
class Asked:
    """A file and what came back."""

    path: Path
    reply: Reply


class PredictionTrial:
    """Sends each file to the model and shows what it says; of the samples also what must be true of the deployment.

    Args:
        blueprint: Its name, and that of the folder with sample inputs.
        demonstration: What is shown with them.
    """

    def __init__(self, blueprint: str, demonstration: type[Demonstration]) -> None:
        self._samples, self._demonstration = SAMPLES / blueprint, demonstration
        self.asked: list[Asked] = []
        self.checks: list[Check] = []
        self.answered_by = ""

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells which files can't be sent."""
        kinds = ", ".join(TYPES)
        unknown = [f"{path}: must end with {kinds}" for path in files if path.suffix not in TYPES]
        found = [path for path in files if path.is_file()]
        large = [f"{path}: must have {LARGEST_BYTES:,} bytes at most" for path in found if path.stat().st_size > LARGEST_BYTES]
        return [*file_problems(files), *unknown, *large]

    def run(self, session: Session, files: Sequence[Path]) -> bool:
        """Sends the files; returns whether each had a prediction, and with the samples whether all is as it must be."""
        if files:
            model = Model(session)
            for path in files:
                self.asked.append(Asked(path, model.ask_file(path)))
            done = all(asked.reply.status == 200 for asked in self.asked)
        else:
            inputs = {path.name: path for path in sorted(self._samples.iterdir())}
            model = Model(session)
            self.asked = [Asked(path, model.ask_file(path)) for path in inputs.values()]
            shown = self._demonstration(session, inputs)
            shown.run()
            self.checks = shown.checks
            done = all(check.passed for check in self.checks)
        self.answered_by = answerer(session.aws.report()["calls"])
        return done

    def print(self, console: Console) -> None:
        """Shows each file with what came back, then the checks."""
        rows = [(asked.path.name, str(asked.reply.status), told(asked.reply), f"{asked.reply.seconds} s") for asked in self.asked]
        shown = table("Input", "Status", "Prediction, or why there is none", "Time", rows=rows)
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
            "predictions": [
                {"file": str(asked.path), "status": asked.reply.status, "answer": asked.reply.text, "seconds": asked.reply.seconds}
                for asked in self.asked
            ],
            "answered_by": self.answered_by,
            "checks": [
                {"name": check.name, "passed": check.passed, "seen": check.seen, "wrong": check.wrong, "seconds": check.seconds}
                for check in self.checks
            ],
        }


def told(reply: Reply) -> str:
    """The beginning of what came back."""
    line = " ".join((reply.message or reply.text).split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]} …"


def answerer(calls: Iterable[Mapping[str, Any]]) -> str:
    """Says which program served in place of the endpoint."""
    return ", ".join(sorted({call["provenance"] for call in calls if call["operation"] == ASKING and call["failed"] < call["count"]}))
