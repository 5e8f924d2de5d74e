"""Has the models of llm-inference write texts."""

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from blueprints.console import safe, table
from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.checks import Check
from blueprints.trying.llm_inference_checks import ADAPTERS, Demonstration, Said
from blueprints.trying.trial import Session

MODELS = Path(__file__).resolve().parents[2] / "samples" / "models"
MODEL = "support-replies"
BUCKET = "trial-language-models"
MAX_CHARACTERS = 500


class Trial:
    """Shows a small model and two adapters of it; or what they make of the user's prompts."""

    def __init__(self) -> None:
        self.questions: tuple[str, ...] = ()
        self.said: list[Said] = []
        self.checks: list[Check] = []
        self.written_by = ""

    def problems(self, files: Sequence[Path]) -> list[str]:
        """Tells that files can't be sent."""
        return [f"{file}: llm-inference takes no files; ask with --ask" for file in files]

    def ask(self, questions: Sequence[str]) -> list[str]:
        """Takes prompts; tells which can't be asked."""
        self.questions = tuple(question.strip() for question in questions)
        sizes = [(number, len(question)) for number, question in enumerate(self.questions, 1)]
        return [
            f"question {number}: must have 1 to {MAX_CHARACTERS:,} characters, got {size:,}"
            for number, size in sizes
            if not 1 <= size <= MAX_CHARACTERS
        ]

    def prepare(self, aws: EmbeddedAws) -> None:
        """Puts the files of the model and of its adapters into the bucket that the settings name."""
        s3, region = aws.client("s3"), aws.environment["AWS_DEFAULT_REGION"]
        s3.create_bucket(Bucket=BUCKET, **_placed(region))
        for file in sorted((MODELS / MODEL).iterdir()):
            s3.put_object(Bucket=BUCKET, Key=f"{MODEL}/{file.name}", Body=file.read_bytes())
        for adapter in ADAPTERS:
            name = f"{MODEL}-{adapter}"
            s3.put_object(Bucket=BUCKET, Key=f"adapters/{name}.tar.gz", Body=packed(MODELS / name))

    def run(self, session: Session, files: Sequence[Path]) -> bool:  # noqa: ARG002 - there are none
        """Asks; returns whether the models did what they should."""
        shown = Demonstration(session, self.questions)
        shown.run()
        self.said, self.checks = shown.said, shown.checks
        answered = [call for call in session.aws.report()["calls"] if call["operation"].startswith("InvokeEndpoint")]
        self.written_by = ", ".join(sorted({call["provenance"] for call in answered}))
        return all(check.passed for check in self.checks)

    def print(self, console: Console) -> None:
        """Shows the texts and the checks."""
        rows = [(each.model, each.question, str(each.text.status), each.text.said, f"{each.text.seconds} s") for each in self.said]
        console.print(table("Model", "Asked", "HTTP", "Answer", "Time", rows=rows))
        console.print(safe(f"Written by {self.written_by}."), soft_wrap=True)
        outcomes = [(check.name, "as it should" if check.passed else "; ".join(check.wrong), check.seen) for check in self.checks]
        console.print(table("What was tried", "Outcome", "Seen", rows=outcomes))

    def document(self) -> dict[str, Any]:
        """Returns what came out as plain data."""
        return {
            "texts": [
                {"model": each.model, "asked": each.question, "status": each.text.status, "seconds": each.text.seconds, **each.text.body}
                for each in self.said
            ],
            "written_by": self.written_by,
            "checks": [
                {"name": check.name, "passed": check.passed, "seen": check.seen, "wrong": check.wrong, "seconds": check.seconds}
                for check in self.checks
            ],
        }


def packed(folder: Path) -> bytes:
    """The files of a folder in one archive."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, arcname=file.name)
    return content.getvalue()


def _placed(region: str) -> dict[str, Any]:
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
