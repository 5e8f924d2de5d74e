import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import pytest
import yaml

from benchmarks import deployments, knowledge_base, texts
from blueprints.trying.answers import Reply
from blueprints.trying.files import Upload
from blueprints.trying.ingestion import NO_END, Ingested, Ingestion
from stacks.settings import load


class FakeIntake:
    """Takes documents in within 2 seconds, each as 3 chunks."""

    def __init__(self, status: str = "INDEXED") -> None:
        self.status = status
        self.uploads: list[list[Upload]] = []

    def take_in(self, uploads: Sequence[Upload]) -> Ingestion:
        self.uploads.append(list(uploads))
        chunks = 3 * sum(len(batch) for batch in self.uploads)
        return Ingestion([Ingested(upload, self.status) for upload in uploads], [{}, {}], seconds=2.0, chunks=chunks)


class FakeAnswers:
    """Answers after a moment, and notes how many wait at once."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.questions: list[str] = []
        self.most: list[int] = []
        self._waiting = 0
        self._lock = threading.Lock()

    def ask(self, question: str) -> Reply:
        with self._lock:
            self._waiting += 1
            self.questions.append(question)
            self.most.append(self._waiting)
        time.sleep(0.002)
        with self._lock:
            self._waiting -= 1
        return Reply(self.status, {"outcome": "answered"} if self.status == 200 else {"message": "no"}, 0.25)


class FakeAws:
    def __init__(self, home: Path) -> None:
        assert home.is_dir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def report(self) -> dict[str, Any]:
        return {"calls": [{"operation": "Converse", "count": 2, "failed": 0, "provenance": "stand-in sentences"}]}


def taken_in(intake: Any, folder: Path, counts: Sequence[int]) -> list[knowledge_base.Row]:
    return list(knowledge_base.ingestions(intake, folder, counts))


def rates(answers: Any, questions: int) -> list[knowledge_base.Row]:
    return list(knowledge_base.rates(answers, 5, questions))


def test_it_is_deployed_as_it_is_tried_but_quicker(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(knowledge_base.settings()), encoding="utf-8")
    collection = load(file)
    (deployment,) = collection.deployments
    assert (deployment.name, deployment.network, collection.settings.rules) == ("knowledge-base-rag", "none", False)
    assert knowledge_base.settings()["deployments"]["knowledge-base-rag"]["sync"] == {"debounce_seconds": 1, "poll_seconds": 1}


def test_each_row_is_of_other_documents_and_of_their_chunks_only(tmp_path: Path) -> None:
    intake = FakeIntake()
    rows = taken_in(intake, tmp_path, (4, 8))
    assert rows == [(4, "2.0", "2.00", 12, "6.00", 2, "4 INDEXED"), (8, "2.0", "4.00", 24, "12.00", 2, "8 INDEXED")]
    uploads = [upload for batch in intake.uploads for upload in batch]
    assert len({upload.key for upload in uploads}) == len({upload.path.read_text(encoding="utf-8") for upload in uploads}) == 2 + 4 + 8
    assert uploads[3].path.read_text(encoding="utf-8") == texts.document(3)
    assert uploads[3].key == "tenants/trial/000003.md"


def test_documents_without_an_end_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(deployments.StalledError, match="of 2 documents, 2 NO END, then nothing for 180 s"):
        taken_in(FakeIntake(NO_END), tmp_path, (4,))


def test_questions_are_asked_one_by_one_and_four_at_once_after_some_to_warm_up() -> None:
    answers = FakeAnswers()
    rows = rates(answers, 10)
    assert [row[:2] for row in rows] == [(1, 10), (4, 10)]
    assert [row[4:] for row in rows] == [("0.250", "0.250", "10 answered")] * 2
    assert len(answers.most) == 8 + 10 + 10
    assert set(answers.most[8:18]) == {1}
    assert 1 < max(answers.most[18:]) <= 4


def test_no_question_is_asked_twice() -> None:
    answers = FakeAnswers()
    rates(answers, 10)
    assert len({*answers.questions}) == len(answers.questions)


def test_refused_questions_count_as_such_and_not_as_answers() -> None:
    for row in rates(FakeAnswers(429), 3):
        assert row[3:] == ("0.00", "", "", "3 HTTP 429")


def test_the_report_tells_what_stood_in_for_models(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, asked_for = FakeAnswers(), []

    class FakeCallers:
        def __init__(self, session: Any) -> None:
            self.session = session

        def of(self, tenant: str) -> FakeAnswers:
            asked_for.append((tenant, self.session.outputs["Url"]))
            return answers

    monkeypatch.setattr(knowledge_base, "EmbeddedAws", FakeAws)
    monkeypatch.setattr(knowledge_base, "Intake", lambda session: FakeIntake())
    monkeypatch.setattr(knowledge_base, "Callers", FakeCallers)
    monkeypatch.setattr(deployments, "deploy", lambda *_: ({"Url": "there"}, 12.3))
    text = knowledge_base.measure(counts=(3,), questions=4)
    assert asked_for == [("trial", "there")]
    assert "in 12 s (bootstrap included)" in text
    assert "answers are written by the stand-in sentences in place of a model" in text
    assert "over the 5 documents taken in before" in " ".join(text.split())
    assert text.count("| 3 | 2.0 | 1.50 | 9 | 4.50 | 2 | 3 INDEXED |") == 1
    assert "| 4 | 4 |" in text
