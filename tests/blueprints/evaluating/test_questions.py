from pathlib import Path

import pytest

from blueprints.evaluating.questions import load_questions
from stacks.settings import SettingsError

NAME = "text of 1 to 1024 characters"
GOOD = """
questions:
  - question: How many days of leave are there?
    tenant: acme
    documents: [leave.md]
    words: ["27", ["days", "working days"]]
  - question: What does lunch cost?
    tenant: acme
    answerable: false
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "questions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, **known: object) -> list[str]:
    path = written(folder, text)
    with pytest.raises(SettingsError) as caught:
        load_questions(path, **known)  # type: ignore[arg-type]
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def test_a_file_of_questions_is_read(tmp_path: Path) -> None:
    leave, lunch = load_questions(written(tmp_path, GOOD))
    assert (leave.question, leave.tenant, leave.documents) == ("How many days of leave are there?", "acme", ("leave.md",))
    assert leave.words == ("27", ("days", "working days"))
    assert (leave.answerable, lunch.answerable, lunch.documents) == (True, False, ())


def test_a_question_needs_no_tenant_and_no_words(tmp_path: Path) -> None:
    (question,) = load_questions(written(tmp_path, "questions: [{question: 'Why?', documents: [a.md]}]"))
    assert (question.tenant, question.words) == (None, ())


def test_everything_wrong_is_told_at_once_with_line_value_and_what_is_allowed(tmp_path: Path) -> None:
    text = """questions:
  - question: ""
    documents: [a.md]
  - question: Why?
    documents: [a.md]
    words: [27]
  - question: Who?
    docments: [a.md]
    answerable: "yes"
"""
    assert problems(tmp_path, text) == [
        '2: questions[0].question: "" is not allowed; allowed: text of 1 to 1000 characters',
        f"6: questions[1].words[0]: 27 is not allowed; allowed: {NAME} or a list of at least 1 entries, each {NAME}",
        "8: questions[2].docments: is not a setting here; did you mean documents?; allowed: answerable, documents, question, tenant, words",
        '9: questions[2].answerable: "yes" is not allowed; allowed: true, false',
    ]


def test_labels_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    text = """questions:
  - question: Why?
  - question: Who?
    documents: [a.md]
    words: [she]
    answerable: false
"""
    assert problems(tmp_path, text) == [
        "2: questions[0]: documents must name at least one document, as answerable is true; got none",
        '3: questions[1]: documents and words must be empty, as answerable is false; got a.md, "she"',
    ]


def test_a_question_that_stands_twice_for_a_tenant_is_refused(tmp_path: Path) -> None:
    text = """questions:
  - {question: 'Why?', tenant: a, documents: [a.md]}
  - {question: 'Why?', tenant: b, documents: [a.md]}
  - {question: 'why?', tenant: a, documents: [b.md]}
"""
    assert problems(tmp_path, text) == ['4: questions[2]: "why?" stands twice, first as questions[0]']


def test_expected_documents_must_exist_where_all_are_known(tmp_path: Path) -> None:
    assert load_questions(written(tmp_path, GOOD), {"leave.md"})
    assert problems(tmp_path, GOOD, documents={"leaves.md", "pay.md"}) == [
        '5: questions[0].documents[0]: "leave.md" is not among the documents; did you mean leaves.md?'
    ]


def test_tenants_must_be_known_where_all_are(tmp_path: Path) -> None:
    assert load_questions(written(tmp_path, GOOD), tenants=["acme"])
    text = "questions:\n- {question: 'Why?', tenant: acne, documents: [a]}\n- {question: 'Who?', documents: [a]}\n"
    assert problems(tmp_path, text, tenants=["acme", "bolt"]) == [
        '2: questions[0].tenant: "acne" is not a tenant; allowed: acme, bolt',
        "3: questions[1].tenant: is missing; allowed: acme, bolt",
    ]


def test_a_tenant_is_refused_where_there_are_none(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD, tenants=[]) == [
        "4: questions[0].tenant: must be left out, as all documents are one tenant's; got acme",
        "8: questions[1].tenant: must be left out, as all documents are one tenant's; got acme",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a", '1: ["a"] is not a mapping with questions'),
        ("questions: []", "1: questions: [] is not allowed; allowed: a list of 1 to 10000"),
        ("{}", "1: questions: is missing; allowed: a list of 1 to 10000"),
        ("questions: [", "1: is not YAML"),
    ],
)
def test_a_file_without_questions_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (told,) = problems(tmp_path, text)
    assert told.startswith(problem)


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load_questions(tmp_path / "gone.yaml")
