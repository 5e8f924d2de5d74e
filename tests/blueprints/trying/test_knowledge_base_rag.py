import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from blueprints.trying import knowledge_base_rag
from blueprints.trying.answers import Reply
from blueprints.trying.checks import Asked, Check
from blueprints.trying.files import Upload
from blueprints.trying.ingestion import NO_END, Ingested, Ingestion
from blueprints.trying.knowledge_base_rag import SAMPLES, Trial, answerer
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session

CALLS = [
    {"operation": "Converse", "provenance": "stand-in extractive sentences (MiniLM)", "count": 2, "failed": 1},
    {"operation": "Converse", "provenance": "real", "count": 1, "failed": 1},
    {"operation": "InvokeModel", "provenance": "stand-in MiniLM", "count": 9, "failed": 0},
]


class World:
    """A deployment that takes everything in and answers everything."""

    def __init__(self) -> None:
        self.status, self.end = 200, "INDEXED"
        self.taken: list[str] = []
        self.asked: list[tuple[str | None, str]] = []
        self.passed = True

    def report(self) -> Any:
        return {"calls": CALLS}

    def take_in(self, uploads: list[Upload]) -> Ingestion:
        self.taken = [upload.key for upload in uploads]
        return Ingestion([Ingested(upload, self.end) for upload in uploads], [{"statistics": {"numberOfDocumentsScanned": 1}}], 2.5, 7)

    def of(self, tenant: str | None) -> Any:
        world = self

        class Asking:
            def ask(self, question: str) -> Reply:
                world.asked.append((tenant, question))
                return Reply(world.status, {"outcome": "answered", "answer": "27"}, 0.2)

        return Asking()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()

    class Demonstration:
        def __init__(self, session: Any, uploads: list[Upload]) -> None:
            self.ingestion = Ingestion([Ingested(upload, "INDEXED") for upload in uploads])
            self.asked = [Asked("Why?", None, Reply(403, {"message": "no tenant"}, 0.1))]
            self.checks: list[Check] = []

        def run(self) -> None:
            self.checks = [Check("Tried", "seen", [] if world.passed else ["it must be so"])]

    monkeypatch.setattr(knowledge_base_rag, "Intake", lambda _: world)
    monkeypatch.setattr(knowledge_base_rag, "Callers", lambda _: world)
    monkeypatch.setattr(knowledge_base_rag, "Demonstration", Demonstration)
    return world


def run(world: World, *files: Path, ask: tuple[str, ...] = ()) -> tuple[Trial, bool]:
    trial = Trial()
    assert trial.ask(ask) == []
    return trial, trial.run(Session(world, {}, Steps(Console(file=io.StringIO()))), files)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "leave.md").write_text("27 days", encoding="utf-8")
    return tmp_path


def test_without_files_and_questions_everything_is_demonstrated(world: World) -> None:
    trial, done = run(world)
    assert done
    assert len(trial.ingestion.documents) == len([path for path in SAMPLES.rglob("*") if path.is_file()])
    assert [check.name for check in trial.checks] == ["Tried"]


def test_a_check_that_fails_makes_the_trial_fail(world: World) -> None:
    world.passed = False
    assert run(world)[1] is False


def test_the_users_folder_is_taken_in_as_one_tenants_and_asked_about(world: World, folder: Path) -> None:
    trial, done = run(world, folder, ask=("How many days? ", "Why?"))
    assert done
    assert world.taken == ["tenants/trial/leave.md"]
    assert world.asked == [("trial", "How many days?"), ("trial", "Why?")]
    assert trial.checks == []


def test_samples_are_asked_about_as_each_of_their_tenants(world: World) -> None:
    run(world, ask=("How many days?",))
    assert [tenant for tenant, _ in world.asked] == ["calder-ferries", "morrow-coaches"]


def test_a_question_without_an_answer_makes_the_trial_fail(world: World, folder: Path) -> None:
    world.status = 500
    assert run(world, folder, ask=("Why?",))[1] is False


@pytest.mark.parametrize(("end", "done"), [("FAILED", True), (NO_END, False)])
def test_documents_must_come_to_an_end_but_may_be_refused(world: World, folder: Path, end: str, done: bool) -> None:
    world.end = end
    assert run(world, folder)[1] is done


def test_questions_that_cannot_be_asked_are_told_beforehand() -> None:
    assert Trial().ask(["Why?", "  ", "x" * 1001]) == [
        "question 2: must have 1 to 1,000 characters, got 0",
        "question 3: must have 1 to 1,000 characters, got 1,001",
    ]


def test_files_that_cannot_be_sent_are_told_beforehand(tmp_path: Path) -> None:
    assert Trial().problems([tmp_path / "gone"]) == [f"{tmp_path}/gone: there is no such file"]


def test_who_wrote_the_answers_is_told() -> None:
    assert answerer(CALLS) == "stand-in extractive sentences (MiniLM)"
    assert answerer([]) == ""


def test_everything_is_told_as_plain_data(world: World, folder: Path) -> None:
    told = run(world, folder, ask=("Why?",))[0].document()
    assert told["documents"] == [{"file": str(folder / "leave.md"), "key": "tenants/trial/leave.md", "status": "INDEXED", "reason": ""}]
    assert told["ingestion"]["passages"] == 7
    assert told["answers"] == [{"question": "Why?", "tenant": "trial", "seconds": 0.2, "outcome": "answered", "answer": "27"}]
    assert (told["answered_by"], told["checks"]) == ("stand-in extractive sentences (MiniLM)", [])


def test_checks_are_told_as_plain_data(world: World) -> None:
    assert run(world)[0].document()["checks"] == [{"name": "Tried", "passed": True, "seen": "seen", "wrong": [], "seconds": 0.0}]


def test_documents_answers_and_checks_are_shown(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    run(world)[0].print(Console(width=120))
    shown = capsys.readouterr().out
    assert all(text in shown for text in ("tenants/calder-ferries/leave.md", "Why?", "no tenant", "Tried"))
