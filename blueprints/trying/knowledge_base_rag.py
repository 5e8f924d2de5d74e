"""Takes documents into knowledge-base-rag and asks about them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from blueprints.trying.callers import Callers
from blueprints.trying.checks import Asked, Check
from blueprints.trying.folders import Document, document_problems, documents_in, keyed, tenants_of
from blueprints.trying.ingestion import INDEXED, Ingestion, Intake
from blueprints.trying.knowledge_base_checks import Demonstration
from blueprints.trying.knowledge_base_report import print_answers, print_checks, print_documents
from blueprints.trying.trial import Session

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "knowledge-base-rag" / "documents"
MAX_CHARACTERS = 1000
GENERATING = ("Converse", "ConverseStream")


class Trial:
    """Shows the sample handbook being taken in and asked about; or the user's documents and questions."""

    def __init__(self) -> None:
        self.questions: tuple[str, ...] = ()
        self.ingestion = Ingestion([])
        self.asked: list[Asked] = []
        self.checks: list[Check] = []
        self.answered_by = ""

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells what is wrong with files and folders."""
        return document_problems(files)

    def ask(self, questions: Sequence[str]) -> list[str]:
        """Takes questions; tells which can't be asked."""
        self.questions = tuple(question.strip() for question in questions)
        sizes = [(number, len(question)) for number, question in enumerate(self.questions, 1)]
        return [
            f"question {number}: must have 1 to {MAX_CHARACTERS:,} characters, got {size:,}"
            for number, size in sizes
            if not 1 <= size <= MAX_CHARACTERS
        ]

    def run(self, session: Session, files: Sequence[Path]) -> bool:
        """Takes the documents in and asks; returns whether each document has its end and each question an answer."""
        documents = documents_in(files or [SAMPLES])
        if files or self.questions:
            done = self._answer(session, documents)
        else:
            shown = Demonstration(session, keyed(documents))
            shown.run()
            self.ingestion, self.asked, self.checks = shown.ingestion, shown.asked, shown.checks
            done = all(check.passed for check in shown.checks)
        self.answered_by = answerer(session.aws.report()["calls"])
        return done

    def _answer(self, session: Session, documents: Sequence[Document]) -> bool:
        self.ingestion = Intake(session).take_in(keyed(documents))
        session.steps.say(f"  {len(self.ingestion.with_status(*INDEXED))} of {len(documents)} documents indexed")
        callers = Callers(session)
        for question in self.questions:
            for tenant in tenants_of(documents):
                self.asked.append(Asked(question, tenant, callers.of(tenant).ask(question)))
                session.steps.say(f"  {tenant}: {self.asked[-1].reply.outcome} after {self.asked[-1].reply.seconds} s")
        return self.ingestion.complete and all(asked.reply.status == 200 for asked in self.asked)

    def print(self, console: Console) -> None:
        """Shows the documents, the answers and the checks."""
        print_documents(self.ingestion, console)
        print_answers(self.asked, self.answered_by, console)
        if self.checks:
            print_checks(self.checks, console)

    def document(self) -> dict[str, Any]:
        """Returns what came out as plain data."""
        ingestion = self.ingestion
        return {
            "documents": [
                {"file": str(found.upload.path), "key": found.upload.key, "status": found.status, "reason": found.reason}
                for found in ingestion.documents
            ],
            "ingestion": {"seconds": ingestion.seconds, "passages": ingestion.chunks, "runs": ingestion.runs},
            "answers": [
                {"question": asked.question, "tenant": asked.tenant, "seconds": asked.reply.seconds, **asked.reply.body}
                for asked in self.asked
            ],
            "answered_by": self.answered_by,
            "checks": [
                {"name": check.name, "passed": check.passed, "seen": check.seen, "wrong": check.wrong, "seconds": check.seconds}
                for check in self.checks
            ],
        }


def answerer(calls: Iterable[Mapping[str, Any]]) -> str:
    """Says which program wrote answers in place of a model; calls that were refused have got none."""
    answered = [call for call in calls if call["operation"] in GENERATING and call["failed"] < call["count"]]
    return ", ".join(sorted({call["provenance"] for call in answered}))
