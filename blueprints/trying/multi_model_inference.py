"""Sends the models of a hundred tenants, and their questions, through multi-model-inference."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from blueprints.console import safe, table
from blueprints.trying.knowledge_base_report import print_checks
from blueprints.trying.trial import Session

if TYPE_CHECKING:
    from blueprints.trying.multi_model_checks import Demonstration

TENANTS = 100
SHOWN = 5
"""How many tenants' answers are written out."""


class Trial:
    """Shows that each tenant is answered by its own model and reaches no other, while models come and go."""

    def __init__(self) -> None:
        self._shown: Demonstration | None = None

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells that files aren't taken: models need users of their tenants, which the trial makes for its own."""
        return [f"{file}: multi-model-inference takes no files; it makes models of {TENANTS} tenants itself" for file in files]

    def run(self, session: Session, files: Sequence[Path]) -> bool:  # noqa: ARG002 there are none
        """Uploads the models and asks them; returns whether all steps went as they should."""
        from blueprints.trying.multi_model_checks import Demonstration
        from blueprints.trying.tenant_models import models, rows

        self._shown = Demonstration(session, models(TENANTS), rows())
        self._shown.run()
        return all(check.passed for check in self._shown.checks)

    def print(self, console: Console) -> None:
        """Shows some answers and the checks."""
        if self._shown is None:
            return
        replies = self._shown.replies
        rows = [(model.tenant, ", ".join(reply.text.split()), f"{reply.seconds} s") for model, reply in replies[:SHOWN]]
        console.print(table("Tenant", "What its model says of three days", "After", rows=rows))
        console.print(safe(f"and {len(replies) - len(rows)} more tenants"), soft_wrap=True)
        print_checks(self._shown.checks, console)

    def document(self) -> dict[str, Any]:
        """Returns what came out as plain data."""
        if self._shown is None:
            return {}
        return {
            "answers": [{"tenant": model.tenant, "status": reply.status, "answer": reply.text} for model, reply in self._shown.replies],
            "metrics": dict(self._shown.told),
            "checks": [
                {"name": check.name, "passed": check.passed, "seen": check.seen, "wrong": check.wrong, "seconds": check.seconds}
                for check in self._shown.checks
            ],
        }
