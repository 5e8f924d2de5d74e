from pathlib import Path

import pytest
from rich.console import Console

from blueprints.trying.batch_transform import Trial, answerer
from tests.blueprints.trying.transform_deployment import Deployment, impatient


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)


def file(tmp_path: Path, content: str = "1,2\n") -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(content)
    return path


def test_without_files_everything_is_tried() -> None:
    trial = Trial()
    assert trial.run(Deployment().session, []) is True
    told = trial.document()
    assert [check["passed"] for check in told["checks"]] == [True] * 12
    assert told["transformed_by"] == "stand-in XGBoost"
    assert {found["status"] for found in told["requests"]} == {"SUCCEEDED", "FAILED", "REFUSED"}


def test_a_check_that_fails_makes_the_trial_fail() -> None:
    assert Trial().run(Deployment("other encryption").session, []) is False


def test_the_users_files_are_transformed_and_nothing_else_is_tried(tmp_path: Path) -> None:
    trial = Trial()
    assert trial.run(Deployment().session, [file(tmp_path)]) is True
    told = trial.document()
    assert (told["results"], told["checks"]) == ({"rows.csv.out": "0.5"}, [])
    assert (told["requests"][0]["objects"], told["requests"][0]["records"]) == (1, 1)


@pytest.mark.parametrize(("content", "wrong"), [("five point nine\n", ()), ("1\n", ("never ends",))])
def test_a_file_without_a_result_makes_the_trial_fail(tmp_path: Path, content: str, wrong: tuple[str, ...]) -> None:
    assert Trial().run(Deployment(*wrong).session, [file(tmp_path, content)]) is False


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    assert Trial().problems([tmp_path / "none.csv"]) == [f"{tmp_path / 'none.csv'}: there is no such file"]


def test_requests_results_and_checks_are_shown(tmp_path: Path) -> None:
    console = Console(width=200, force_terminal=False)
    with console.capture() as captured:
        for files in ([file(tmp_path)], []):
            trial = Trial()
            trial.run(Deployment().session, files)
            trial.print(console)
    text = captured.get()
    for expected in (
        "requests/files.manifest",
        "rows.csv.out",
        "1 records of 1 objects",
        "ClientError: why",
        "transformed by stand-in XGBoost",
    ):
        assert expected in text
    assert "One waits for the other" in text


def test_only_calls_that_were_answered_tell_who_ran_jobs() -> None:
    calls = [
        {"operation": "CreateTransformJob", "provenance": "ran", "count": 2, "failed": 1},
        {"operation": "CreateTransformJob", "provenance": "refused", "count": 1, "failed": 1},
        {"operation": "PutObject", "provenance": "real", "count": 1, "failed": 0},
    ]
    assert answerer(calls) == "ran"
