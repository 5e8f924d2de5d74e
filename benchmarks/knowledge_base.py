"""Documents into knowledge-base-rag and questions to it, deployed to the embedded AWS."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from benchmarks import deployments, rounds, texts
from blueprints.docs import markdown
from blueprints.evaluating.metrics import percentile
from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.answers import Answers, Reply
from blueprints.trying.callers import Callers
from blueprints.trying.files import Upload
from blueprints.trying.folders import TENANT, TENANTS
from blueprints.trying.ingestion import PATIENCE_SECONDS, Intake
from blueprints.trying.knowledge_base_rag import answerer
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session, settings_file
from stacks.catalogue import CATALOGUE

NAME = "knowledge-base-rag"
SYNC = {"debounce_seconds": 1, "poll_seconds": 1}
COUNTS = (10, 100)
ASKERS = (1, 4)
QUESTIONS = 60
WARM_UP = 2
NOTE = """Deployed once with the CDK command line in {deployment:.0f} s (bootstrap included), with the settings of its trial: Cognito,
tenants, a guardrail, S3 Vectors, passages of at most 300 tokens; uploads are gathered for {debounce_seconds} s, and the state machine
asks every {poll_seconds} s whether an ingestion job has ended. Cold starts are left out: {warm_up} documents and some questions come first.

Models are stood in, and their time is that of this machine's processor: texts become vectors by all-MiniLM-L6-v2 in place of Titan,
and answers are written by the {answerer} in place of a model that generates. The embedded AWS has neither the services' network nor
their hardware, scaling, quotas or bill: functions, queues, state machine, API and stand-ins share this machine with those who ask, and
every vector is compared in memory. The figures compare one state of this collection with another; they foretell nothing of an account.
"""
TAKEN_IN = "Text documents of {words} words or more, all different; from the first upload until each is indexed and the sync rests.\n"
ANSWERED = """{questions} questions each, all different, from API Gateway through the function, Retrieve and Converse to the whole answer,
over the {documents} documents taken in before. Every asker waits for an answer before the next question; percentiles are by nearest rank.
"""
TAKEN_IN_HEADER = ("Documents", "Seconds", "Documents per second", "Chunks", "Chunks per second", "Ingestion jobs", "How they ended")
ANSWERED_HEADER = ("Askers", "Questions", "Seconds", "Questions per second", "p50 (s)", "p95 (s)", "How they ended")
Row = tuple[object, ...]


def measure(counts: Sequence[int] = COUNTS, questions: int = QUESTIONS) -> str:
    """Returns the tables of documents taken in and of questions answered, by the second."""
    with tempfile.TemporaryDirectory() as name, EmbeddedAws(home=Path(name)) as aws:
        outputs, deployment = deployments.deploy(aws, Path(name), NAME, settings())
        session = Session(aws, outputs, Steps(Console(quiet=True)))
        taken_in = list(ingestions(Intake(session), Path(name), counts))
        documents = WARM_UP + sum(counts)
        answered = list(rates(Callers(session).of(TENANT), documents, questions))
        wrote = answerer(aws.report()["calls"])
    shortest = min(len(texts.document(number).split()) for number in range(documents))
    return "\n".join(
        [
            NOTE.format(deployment=deployment, warm_up=WARM_UP, answerer=wrote, **SYNC),
            TAKEN_IN.format(words=shortest),
            markdown.table(TAKEN_IN_HEADER, taken_in),
            ANSWERED.format(questions=questions, documents=documents),
            markdown.table(ANSWERED_HEADER, answered),
        ]
    )


def settings() -> dict[str, Any]:
    """Returns the settings of the blueprint's trial, with the shortest of waits."""
    found: dict[str, Any] = yaml.safe_load(settings_file(CATALOGUE[NAME]).read_text(encoding="utf-8"))
    found["deployments"][NAME]["sync"] = SYNC
    return found


def ingestions(intake: Intake, folder: Path, counts: Sequence[int]) -> Iterator[Row]:
    """Takes so many documents in, each time others, and yields a row for each time; some come first to warm up.

    Raises:
        StalledError: Documents had no end.
    """
    first, before = 0, 0
    for count in (WARM_UP, *counts):
        ingestion = intake.take_in([_written(folder, number) for number in range(first, first + count)])
        ended = Counter(document.status for document in ingestion.documents)
        if not ingestion.complete:
            raise deployments.StalledError(f"of {count} documents, {rounds.endings(ended)}, then nothing for {PATIENCE_SECONDS} s")
        held = ingestion.chunks or 0
        chunks, seconds = held - before, ingestion.seconds
        if first:
            rate = f"{count / seconds:.2f}", chunks, f"{chunks / seconds:.2f}"
            yield count, f"{seconds:.1f}", *rate, len(ingestion.runs), rounds.endings(ended)
        first, before = first + count, held


def _written(folder: Path, number: int) -> Upload:
    path = folder / f"{number:06}.md"
    path.write_text(texts.document(number), encoding="utf-8")
    return Upload(path, f"{TENANTS}/{TENANT}/{path.name}")


def rates(answers: Answers, documents: int, questions: int) -> Iterator[Row]:
    """Asks by so many at once as ``ASKERS`` says, and yields a row for each; some questions come first to warm up."""
    warm_up = max(ASKERS), 2 * max(ASKERS)
    for turn, (askers, number) in enumerate([warm_up, *((askers, questions) for askers in ASKERS)]):
        asked = [_question(turn, index, documents) for index in range(number)]
        start = time.perf_counter()
        with ThreadPoolExecutor(askers) as pool:
            replies = list(pool.map(answers.ask, asked))
        seconds = time.perf_counter() - start
        if turn:
            yield askers, number, f"{seconds:.1f}", *_told(replies, seconds)


def _question(turn: int, index: int, documents: int) -> str:
    """Asks in each turn about other things, so that no question is asked twice."""
    return texts.question(index % documents, turn + (len(ASKERS) + 1) * (index // documents))


def _told(replies: Sequence[Reply], seconds: float) -> Row:
    answered = [reply.seconds for reply in replies if reply.status == HTTPStatus.OK]
    percentiles = [f"{percentile(answered, percent):.3f}" if answered else "" for percent in (50, 95)]
    ended = Counter(reply.outcome if reply.status == HTTPStatus.OK else f"HTTP {reply.status}" for reply in replies)
    return f"{len(answered) / seconds:.2f}", *percentiles, rounds.endings(ended)
