"""The shipped handbook is whole, and its questions are labelled with what stands in it."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from blueprints.evaluating.questions import Question, load_questions
from samples.make_knowledge_base_rag.__main__ import TARGET, documents, main

QUESTIONS = load_questions(TARGET.parent / "questions.yaml")
ANSWERABLE = [question for question in QUESTIONS if question.answerable]
MAX_BYTES = 20 * 1024


def keys() -> list[str]:
    return sorted(path.relative_to(TARGET).as_posix() for path in TARGET.rglob("*") if path.is_file())


@cache
def text(key: str) -> str:
    path = TARGET / key
    if path.suffix == ".pdf":
        return plain(" ".join(page.extract_text() for page in PdfReader(path).pages))
    return plain(html.unescape(re.sub("<[^>]+>", " ", path.read_text(encoding="utf-8"))))


def plain(words: str) -> str:
    return " ".join(words.split()).casefold()


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_shipped_file_is_what_the_generator_sets(name: str) -> None:
    assert documents()[name] == (TARGET / name).read_bytes()


def test_the_generator_writes_where_it_is_told(tmp_path: Path) -> None:
    main(tmp_path / "new")
    assert {path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").rglob("*.pdf")} == set(documents())


def test_two_tenants_have_documents_of_every_kind() -> None:
    assert {key.split("/")[1] for key in keys()} == {"calder-ferries", "morrow-coaches"}
    assert {key.rpartition(".")[2] for key in keys()} == {"csv", "html", "md", "pdf", "txt"}
    assert [key for key in keys() if (TARGET / key).stat().st_size > MAX_BYTES] == []


def test_a_pdf_has_several_pages() -> None:
    assert [len(PdfReader(TARGET / name).pages) for name in documents()] == [2, 2]


def test_one_document_holds_an_instruction() -> None:
    assert [key for key in keys() if "ignore all previous instructions" in text(key)] == ["tenants/calder-ferries/supplier-offer.txt"]


def test_there_are_enough_questions_of_each_kind() -> None:
    assert len(ANSWERABLE) >= 40
    assert len(QUESTIONS) - len(ANSWERABLE) >= 8
    assert {question.tenant for question in QUESTIONS} == {"calder-ferries", "morrow-coaches"}


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question.question)
def test_an_expected_document_is_the_tenants_own_and_holds_the_words(question: Question) -> None:
    assert {key.split("/")[1] for key in question.documents} == {question.tenant}
    wanted = [(word,) if isinstance(word, str) else word for word in question.words]
    assert any(all(any(plain(word) in text(key) for word in words) for words in wanted) for key in question.documents)


def test_no_question_is_a_sentence_of_the_handbook() -> None:
    handbook = " ".join(text(key) for key in keys())
    assert [question.question for question in QUESTIONS if plain(question.question).rstrip("?") in handbook] == []


def test_the_same_question_has_different_answers_for_different_tenants() -> None:
    words: dict[str, set[str]] = {}
    for question in ANSWERABLE:
        words.setdefault(question.question, set()).add(str(question.words))
    asked_twice = [found for question, found in words.items() if sum(other.question == question for other in ANSWERABLE) > 1]
    assert len(asked_twice) >= 3
    assert all(len(found) == 2 for found in asked_twice)
