import io
import json

import pytest
from rich.console import Console

from blueprints.evaluating import report
from blueprints.evaluating.metrics import Observation, Passage
from blueprints.evaluating.questions import Question
from blueprints.evaluating.report import Evaluation, as_document, print_evaluations, verdict
from blueprints.evaluating.targets import Target
from blueprints.trying.answers import Reply

LEAVE = Question(question="How many [days]?", tenant="acme", documents=("leave.md",), words=("27",))
LUNCH = Question(question="What does lunch cost?", answerable=False)
GOOD = Observation(LEAVE, "answered", "27 days", ("leave.md",), (Passage("pay.md", 0.8), Passage("leave.md", 0.7)), 0.25)
BAD = Observation(LEAVE, "answered", "23 days", ("pay.md",), (Passage("pay.md", 0.8),), 0.5)
REFUSED = Observation(LUNCH, "not_answered", seconds=0.1)


def evaluation(name: str, *observations: Observation, chunks: int | None = 39) -> Evaluation:
    def ask(question: str, tenant: str | None) -> Reply:
        raise AssertionError("the questions were asked already")

    return Evaluation(Target(name, ask, "FIXED_SIZE, 300 tokens", chunks), observations)


def shown(*evaluations: Evaluation) -> str:
    text = io.StringIO()
    print_evaluations(evaluations, Console(file=text, width=140))
    return text.getvalue()


def row(text: str, name: str) -> list[str]:
    (line,) = [line.strip() for line in text.splitlines() if line.strip().startswith(name)]
    return [cell.strip() for cell in line.removeprefix(name).split("  ") if cell.strip()]


def test_figures_stand_side_by_side() -> None:
    text = shown(evaluation("one", GOOD, REFUSED), evaluation("two", BAD, REFUSED, chunks=None))
    assert row(text, "Passages held") == ["39", "not known"]
    assert row(text, "Questions (answerable)") == ["2 (1)", "2 (1)"]
    assert row(text, "Retrieval hit rate at 1") == ["0.0 %", "0.0 %"]
    assert row(text, "Retrieval hit rate at 3") == ["100.0 %", "0.0 %"]
    assert row(text, "Mean reciprocal rank") == ["0.500", "0.000"]
    assert row(text, "Grounded answers") == ["100.0 %", "0.0 %"]
    assert row(text, "Right refusals") == ["100.0 %", "100.0 %"]
    assert row(text, "Latency p95") == ["0.25 s", "0.50 s"]
    assert row(text, "Outcomes") == ["1 answered, 1 not_answered", "1 answered, 1 not_answered"]


def test_shares_of_nothing_are_not_known() -> None:
    assert row(shown(evaluation("one", REFUSED)), "Mean reciprocal rank") == ["not known"]
    assert row(shown(evaluation("one", GOOD)), "Right refusals") == ["not known"]


def test_questions_that_went_wrong_somewhere_are_named() -> None:
    text = shown(evaluation("one", GOOD, REFUSED), evaluation("two", BAD, REFUSED))
    assert "How many [days]? (acme)" in text
    assert "cites pay.md, lacks '27'" in text
    assert "lunch" not in text


def test_where_nothing_went_wrong_it_is_said() -> None:
    assert "Every question came to what its labels say." in shown(evaluation("one", GOOD))


def test_only_some_of_many_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MANY", 1)
    assert "… and 2 more; --json has all of them" in shown(evaluation("one", BAD, BAD, BAD))


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        (GOOD, ""),
        (REFUSED, ""),
        (BAD, "cites pay.md, lacks '27'"),
        (Observation(LEAVE, "answered", "27"), "cites nothing"),
        (Observation(LEAVE, "not_answered", passages=(Passage("leave.md"),)), "not_answered, rank 1"),
        (Observation(LEAVE, "not_answered"), "not_answered, not found"),
        (Observation(LEAVE, "error", error="HTTP 500: no"), "HTTP 500: no"),
        (Observation(LUNCH, "answered", "Five pounds."), "answered: Five pounds."),
    ],
)
def test_a_verdict_says_what_is_otherwise(observation: Observation, words: str) -> None:
    assert verdict(observation) == words


def test_everything_is_told_as_plain_data() -> None:
    (told,) = json.loads(json.dumps(as_document([evaluation("one", GOOD, REFUSED)])))
    assert (told["name"], told["passages"], told["figures"]["reciprocal_rank"]) == ("one", 39, 0.5)
    first, second = told["questions"]
    assert (first["question"]["question"], first["rank"], first["grounded"], first["otherwise"]) == ("How many [days]?", 2, True, "")
    assert (second["rank"], second["outcome"]) == (None, "not_answered")
