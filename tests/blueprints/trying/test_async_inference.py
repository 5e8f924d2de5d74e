from pathlib import Path

import pytest
from rich.console import Console

from blueprints.trying.async_inference import SAMPLES, Trial, answerer
from tests.blueprints.trying.async_deployment import Deployment, impatient


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)


def file(tmp_path: Path, content: str = "1,2\n") -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(content)
    return path


def test_without_files_the_samples_are_sent_and_everything_is_tried() -> None:
    trial = Trial()
    assert trial.run(Deployment().session, []) is True
    told = trial.document()
    assert [found["file"] for found in told["inputs"]] == [str(path) for path in sorted(SAMPLES.iterdir())]
    assert [check["passed"] for check in told["checks"]] == [True] * 8
    assert told["answered_by"] == "stand-in XGBoost"


def test_a_check_that_fails_makes_the_trial_fail() -> None:
    assert Trial().run(Deployment("other encryption").session, []) is False


def test_the_users_files_are_answered_and_nothing_else_is_tried(tmp_path: Path) -> None:
    trial = Trial()
    assert trial.run(Deployment().session, [file(tmp_path)]) is True
    told = trial.document()
    assert (told["inputs"][0]["status"], told["inputs"][0]["answer"], told["checks"]) == ("SUCCEEDED", "0.5", [])


def test_a_refusal_of_the_users_file_is_an_answer_too(tmp_path: Path) -> None:
    trial = Trial()
    assert trial.run(Deployment().session, [file(tmp_path, "")]) is True
    assert trial.document()["inputs"][0]["reason"]["code"] == "EMPTY"


@pytest.mark.parametrize(("content", "wrong"), [("one point two", ()), ("1", ("never ends",))])
def test_a_file_without_an_answer_makes_the_trial_fail(tmp_path: Path, content: str, wrong: tuple[str, ...]) -> None:
    assert Trial().run(Deployment(*wrong).session, [file(tmp_path, content)]) is False


def test_samples_that_never_end_are_not_looked_at_further() -> None:
    trial = Trial()
    assert trial.run(Deployment("never ends").session, []) is False
    assert trial.checks == []


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    assert Trial().problems([tmp_path / "none.csv"]) == [f"{tmp_path / 'none.csv'}: there is no such file"]


def test_each_input_is_shown_with_its_end() -> None:
    trial, console = Trial(), Console(width=200, force_terminal=False)
    trial.run(Deployment().session, [])
    with console.capture() as captured:
        trial.print(console)
    text = captured.get()
    for expected in (
        "requests/customers.csv",
        "SUCCEEDED",
        "ClientError: why",
        "answered by stand-in XGBoost",
        "What failed can be sent again",
    ):
        assert expected in text


def test_only_calls_that_were_answered_tell_who_served() -> None:
    calls = [
        {"operation": "InvokeEndpointAsync", "provenance": "served", "count": 2, "failed": 1},
        {"operation": "InvokeEndpointAsync", "provenance": "refused", "count": 1, "failed": 1},
        {"operation": "PutObject", "provenance": "real", "count": 1, "failed": 0},
    ]
    assert answerer(calls) == "served"
