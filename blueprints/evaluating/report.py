"""How the figures of deployments are shown, side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from blueprints.console import safe, table
from blueprints.evaluating.metrics import ANSWERED, REFUSALS, Figures, Observation, figures, is_grounded, missing_words, rank
from blueprints.evaluating.targets import Target
from blueprints.trying.folders import TENANTS

MANY = 20
UNKNOWN = "not known"


@dataclass(frozen=True)
class Evaluation:
    """What the questions came to on one deployment."""

    target: Target
    observations: Sequence[Observation]

    @property
    def figures(self) -> Figures:
        """The figures."""
        return figures(self.observations)


def print_evaluations(evaluations: Sequence[Evaluation], console: Console) -> None:
    """Writes the figures side by side, then the questions that went wrong somewhere."""
    columns = [list(_cells(evaluation)) for evaluation in evaluations]
    rows = [(cells[0][0], *(value for _, value in cells)) for cells in zip(*columns, strict=True)]
    shown = table("", *(evaluation.target.name for evaluation in evaluations), rows=rows)
    for column in shown.columns[1:]:
        column.justify = "right"
    console.print(shown)
    _print_misses(evaluations, console)


def _cells(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    found, target = evaluation.figures, evaluation.target
    yield "Chunking", target.chunking
    yield "Passages held", UNKNOWN if target.chunks is None else str(target.chunks)
    yield "Questions (answerable)", f"{found.questions} ({found.answerable})"
    for depth, hits in found.hit_rates.items():
        yield f"Retrieval hit rate at {depth}", _percent(hits)
    yield "Mean reciprocal rank", UNKNOWN if found.reciprocal_rank is None else f"{found.reciprocal_rank:.3f}"
    yield "Grounded answers", _percent(found.grounded)
    yield "Right refusals", _percent(found.refused)
    yield "Latency p50", _seconds(found.latency_p50)
    yield "Latency p95", _seconds(found.latency_p95)
    yield "From the cache", str(found.cached)
    yield "Outcomes", ", ".join(f"{count} {outcome}" for outcome, count in found.outcomes.items())


def _percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:.1%}".replace("%", " %")


def _seconds(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else f"{seconds:.2f} s"


def _print_misses(evaluations: Sequence[Evaluation], console: Console) -> None:
    rows = []
    for together in zip(*(evaluation.observations for evaluation in evaluations), strict=True):
        verdicts = [verdict(observation) for observation in together]
        if any(verdicts):
            question = together[0].question
            asked = f"{question.question} ({question.tenant})" if question.tenant else question.question
            rows.append((asked, *(found or "ok" for found in verdicts)))
    if not rows:
        console.print("Every question came to what its labels say.")
        return
    console.print(table("Otherwise than labelled", *(evaluation.target.name for evaluation in evaluations), rows=rows[:MANY]))
    if len(rows) > MANY:
        console.print(safe(f"… and {len(rows) - MANY} more; --json has all of them"))


def verdict(observation: Observation) -> str:
    """Says what is otherwise than the labels say; empty when nothing is."""
    question = observation.question
    if observation.error:
        return observation.error
    if not question.answerable:
        return "" if observation.outcome in REFUSALS else f"{observation.outcome}: {observation.answer[:80]}"
    if is_grounded(observation):
        return ""
    if observation.outcome != ANSWERED:
        found = rank(observation)
        return f"{observation.outcome}, {f'rank {found}' if found else 'not found'}"
    own = f"{TENANTS}/{question.tenant}/"
    foreign = [document.removeprefix(own) for document in observation.cited if document not in question.documents]
    lacking = [f"lacks {word!r}" for word in missing_words(observation)]
    cited = [f"cites {document}" for document in foreign] if observation.cited else ["cites nothing"]
    return ", ".join([*cited, *lacking])


def as_document(evaluations: Sequence[Evaluation]) -> list[dict[str, Any]]:
    """Returns everything as plain data."""
    return [
        {
            "name": evaluation.target.name,
            "chunking": evaluation.target.chunking,
            "passages": evaluation.target.chunks,
            "figures": asdict(evaluation.figures),
            "questions": [_question(observation) for observation in evaluation.observations],
        }
        for evaluation in evaluations
    ]


def _question(observation: Observation) -> dict[str, Any]:
    told = {
        **asdict(observation),
        "question": observation.question.model_dump(mode="json"),
        "rank": rank(observation) if observation.question.answerable else None,
    }
    return {**told, "grounded": is_grounded(observation), "otherwise": verdict(observation)}
