import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from blueprints.trying import multi_model_checks, multi_model_inference
from blueprints.trying.checks import Check
from blueprints.trying.multi_model_inference import Trial
from blueprints.trying.predictions import Reply
from blueprints.trying.tenant_models import TenantModel
from blueprints.trying.trial import AskingTrial

CALLS = {"calls": [{"operation": "InvokeEndpoint", "provenance": "stand-in XGBoost", "count": 2, "failed": 0}]}
SESSION: Any = SimpleNamespace(aws=SimpleNamespace(report=lambda: CALLS))


class Demonstration:
    """Does what the deployment's would, without one."""

    status, passes = 200, True

    def __init__(self, _session: Any, models: list[TenantModel], rows: str) -> None:
        self.models, self.rows = models, rows
        self.replies: list[tuple[TenantModel, Reply]] = []
        self.checks: list[Check] = []
        self.told: dict[str, float] = {}

    def run(self) -> None:
        self.ask_all()
        self.checks, self.told = [Check("Tried", "seen", [] if self.passes else ["must be so"])], {"ModelCacheHit": 3}

    def ask_all(self) -> bool:
        self.replies = [(model, Reply(self.status, "text/csv", f"{model.tenant} sells".encode(), 0.1)) for model in self.models]
        return self.status == 200


@pytest.fixture
def demonstrated(monkeypatch: pytest.MonkeyPatch) -> type[Demonstration]:
    monkeypatch.setattr(multi_model_inference, "TENANTS", 7)
    monkeypatch.setattr(multi_model_checks, "Demonstration", Demonstration)
    return Demonstration


def printed(trial: Trial) -> str:
    console = Console(file=io.StringIO(), width=200)
    trial.print(console)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_the_samples_are_models_of_many_tenants(demonstrated: Any) -> None:
    trial = Trial()
    assert trial.run(SESSION, [])
    shown = printed(trial)
    assert "shop-004 sells" in shown
    assert "shop-005 sells" not in shown
    assert "and 2 more tenants" in shown
    assert "answered by stand-in XGBoost" in shown
    assert (len(trial.document()["answers"]), trial.document()["metrics"]) == (7, {"ModelCacheHit": 3})


def test_a_step_that_goes_wrong_fails_the_trial(demonstrated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstrated, "passes", False)
    trial = Trial()
    assert not trial.run(SESSION, [])
    assert "must be so" in printed(trial)
    assert trial.document()["checks"][0]["passed"] is False


def test_each_file_is_asked_of_a_few_tenants_models(demonstrated: Any, tmp_path: Path) -> None:
    for name in ("monday.csv", "sunday.csv"):
        (tmp_path / name).write_text("0,4.5,0\n")
    trial = Trial()
    assert trial.run(SESSION, sorted(tmp_path.iterdir()))
    assert [(each["input"], each["tenant"]) for each in trial.document()["answers"]] == [
        (name, f"shop-00{number}") for name in ("monday.csv", "sunday.csv") for number in range(3)
    ]
    assert "more tenants" not in printed(trial)


def test_a_file_that_is_not_answered_fails_the_trial(demonstrated: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demonstrated, "status", 400)
    (tmp_path / "monday.csv").write_text("Monday\n")
    assert not Trial().run(SESSION, [tmp_path / "monday.csv"])


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "days.json").write_text("[]")
    assert Trial().problems([tmp_path / "days.json"]) == [f"{tmp_path}/days.json: must end with .csv"]
    assert Trial().problems([tmp_path / "none.csv"]) == [f"{tmp_path}/none.csv: there is no such file"]


def test_questions_are_for_other_blueprints() -> None:
    assert not isinstance(Trial(), AskingTrial)
