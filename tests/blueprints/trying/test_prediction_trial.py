import io
from pathlib import Path

import pytest
from rich.console import Console

from blueprints.trying.prediction_checks import LARGEST_BYTES
from blueprints.trying.prediction_trial import SAMPLES, answerer
from blueprints.trying.real_time_inference import Trial
from tests.blueprints.trying.front_deployment import Deployment

CUSTOMERS = SAMPLES / "real-time-inference" / "customers.csv"


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment().install(monkeypatch)


def test_the_users_files_are_sent_and_nothing_else_is_shown(deployed: Deployment) -> None:
    trial = Trial()
    assert trial.run(deployed.session, [CUSTOMERS])
    assert ([asked.path for asked in trial.asked], trial.checks) == ([CUSTOMERS], [])


def test_a_file_without_a_prediction_is_a_failure(deployed: Deployment, tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.touch()
    trial = Trial()
    assert not trial.run(deployed.session, [CUSTOMERS, file])
    assert [asked.reply.status for asked in trial.asked] == [200, 400]


def test_files_that_cannot_be_sent_are_told(tmp_path: Path) -> None:
    picture, large = tmp_path / "picture.png", tmp_path / "large.csv"
    picture.touch()
    large.write_bytes(b"1" * (LARGEST_BYTES + 1))
    problems = Trial().problems([picture, large, tmp_path / "missing.csv"])
    assert f"{picture}: must end with .csv, .json" in problems
    assert f"{large}: must have 1,048,576 bytes at most" in problems
    assert any("missing.csv" in problem for problem in problems)
    assert Trial().problems([CUSTOMERS]) == []


def test_what_came_out_is_printed_and_told_as_data(deployed: Deployment) -> None:
    trial, console = Trial(), Console(record=True, width=120, file=io.StringIO())
    trial.run(deployed.session, [CUSTOMERS])
    trial.print(console)
    text = console.export_text()
    assert "customers.csv" in text
    assert "answered by stand-in XGBoost" in text
    document = trial.document()
    assert (document["answered_by"], document["checks"]) == ("stand-in XGBoost", [])
    assert [(found["file"], found["status"]) for found in document["predictions"]] == [(str(CUSTOMERS), 200)]


def test_programs_that_only_failed_have_answered_nothing() -> None:
    calls = [
        {"operation": "InvokeEndpoint", "provenance": "a", "count": 2, "failed": 2},
        {"operation": "Other", "provenance": "b", "count": 1, "failed": 0},
    ]
    assert answerer(calls) == ""
