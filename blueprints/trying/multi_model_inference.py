"""Sends the models of a hundred tenants, and their questions, through multi-model-inference."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from blueprints.console import safe, table
from blueprints.trying.checks import Check
from blueprints.trying.files import file_problems
from blueprints.trying.knowledge_base_report import print_checks
from blueprints.trying.prediction_trial import answerer, told
from blueprints.trying.trial import Session

if TYPE_CHECKING:
    from blueprints.trying.multi_model_checks import Demonstration

TENANTS, FEW = 100, 3
"""How many tenants there are with the samples, and with files, each of which every tenant sends."""
SHOWN = 5
"""How many answers to the samples are written out."""


class Trial:
    """Shows that each tenant is answered by its own model and reaches no other, while models come and go; or what models say of files."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Demonstration]] = []
        self.answered_by = ""

    @property
    def checks(self) -> list[Check]:
        """What was tried."""
        return [check for _, shown in self.shown for check in shown.checks]

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells which files can't be sent."""
        return [*file_problems(files), *(f"{path}: must end with .csv" for path in files if path.suffix != ".csv")]

    def run(self, session: Session, files: Sequence[Path]) -> bool:
        """Uploads models and asks them; returns whether all steps went as they should, or all files were answered."""
        from blueprints.trying.multi_model_checks import Demonstration
        from blueprints.trying.tenant_models import models, rows

        if files:
            few = models(FEW)
            self.shown = [(path.name, Demonstration(session, few, path.read_text(encoding="utf-8"))) for path in files]
            done = sum(shown.ask_all() for _, shown in self.shown) == len(files)
        else:
            self.shown = [("three days", Demonstration(session, models(TENANTS), rows()))]
            self.shown[0][1].run()
            done = all(check.passed for check in self.checks)
        self.answered_by = answerer(session.aws.report()["calls"])
        return done

    def print(self, console: Console) -> None:
        """Shows answers, then the checks."""
        replies = [(name, model.tenant, reply) for name, shown in self.shown for model, reply in shown.replies]
        listed = replies[:SHOWN] if self.checks else replies
        rows = [(name, tenant, str(reply.status), told(reply), f"{reply.seconds} s") for name, tenant, reply in listed]
        console.print(table("Input", "Tenant", "Status", "What its model says", "Time", rows=rows))
        if more := len(replies) - len(listed):
            console.print(safe(f"and {more} more tenants"), soft_wrap=True)
        if self.answered_by:
            console.print(safe(f"answered by {self.answered_by}"), soft_wrap=True)
        if self.checks:
            print_checks(self.checks, console)

    def document(self) -> dict[str, Any]:
        """Returns what came out as plain data."""
        return {
            "answers": [
                {"input": name, "tenant": model.tenant, "status": reply.status, "answer": reply.text, "seconds": reply.seconds}
                for name, shown in self.shown
                for model, reply in shown.replies
            ],
            "answered_by": self.answered_by,
            "metrics": {name: value for _, shown in self.shown for name, value in shown.told.items()},
            "checks": [
                {"name": check.name, "passed": check.passed, "seen": check.seen, "wrong": check.wrong, "seconds": check.seconds}
                for check in self.checks
            ],
        }
