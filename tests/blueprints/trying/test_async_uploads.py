from pathlib import Path

import pytest

from blueprints.trying.async_uploads import Index, follow, inputs_of
from tests.blueprints.trying.async_deployment import Deployment, impatient


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("1,2\n3,4\n")
    impatient(monkeypatch)
    return path


def test_files_become_inputs_below_the_prefix(file: Path) -> None:
    assert [outcome.upload.key for outcome in inputs_of([file])] == ["requests/rows.csv"]
    assert [outcome.upload.key for outcome in inputs_of([file, file])] == ["requests/1/rows.csv", "requests/2/rows.csv"]


def test_an_input_is_followed_to_its_answer(file: Path) -> None:
    deployment, outcomes = Deployment(), inputs_of([file])
    follow(deployment.session, Index(deployment.session), outcomes)
    (outcome,) = outcomes
    assert (outcome.status, outcome.answer) == ("SUCCEEDED", b"0.5\n0.5")
    assert outcome.seconds >= 0


def test_an_input_without_an_answer_has_a_reason(file: Path) -> None:
    file.write_text("one point two")
    deployment, outcomes = Deployment(), inputs_of([file])
    follow(deployment.session, Index(deployment.session), outcomes)
    assert (outcomes[0].status, outcomes[0].answer, outcomes[0].row["reason"]["code"]) == ("FAILED", None, "ClientError")


def test_an_input_that_never_ends_is_given_up(file: Path) -> None:
    deployment, outcomes = Deployment("never ends"), inputs_of([file])
    follow(deployment.session, Index(deployment.session), outcomes)
    assert outcomes[0].status == "NO END"


def test_the_newest_version_of_an_input_comes_first() -> None:
    deployment = Deployment()
    index = Index(deployment.session)
    for content in (b"1", b"1 2"):
        index.upload("requests/rows.csv", content)
    newest, oldest = index.rows("requests/rows.csv")
    assert index.read(newest["output_location"]) == b"0.5\n0.5"
    assert index.row(oldest["inference"]) == oldest
