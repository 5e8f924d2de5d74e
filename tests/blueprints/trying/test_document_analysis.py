import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from moto import mock_aws
from rich.console import Console

from blueprints.trying import document_analysis
from blueprints.trying.document_analysis import SAMPLES, Outcome, Trial
from blueprints.trying.files import Upload
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session

REASON = {"code": "EMPTY", "message": "The file has no content."}


class Deployed:
    """The buckets and the index of a deployment, in which documents already have their end."""

    def __init__(self, tmp_path: Path) -> None:
        self.s3, self.dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        for bucket in ("documents", "results"):
            self.s3.create_bucket(Bucket=bucket)
        self.dynamodb.create_table(
            TableName="index",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "document", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "document", "KeyType": "HASH"}],
        )
        self._folder = tmp_path
        console = Console(file=(tmp_path / "steps.txt").open("w"), width=80)
        outputs = {"DocumentsBucketName": "documents", "ResultsBucketName": "results", "IndexTableName": "index"}
        self.console = console
        self.session = Session(self, outputs, Steps(console))  # type: ignore[arg-type]

    def client(self, service: str) -> Any:
        return boto3.client(service)

    def report(self) -> dict[str, Any]:
        return {"calls": [{"service": "textract", "provenance": "stand-in rapidocr"}]}

    def file(self, name: str, **row: Any) -> Path:
        """A file, and the row that its document will have in the index."""
        path = self._folder / name
        path.write_bytes(b"content")
        if row:
            item = {"document": f"documents/{name}", "result_bucket": "results", **row}
            self.dynamodb.put_item(TableName="index", Item={key: TypeSerializer().serialize(value) for key, value in item.items()})
        return path

    def store(self, key: str, content: Any) -> str:
        self.s3.put_object(Bucket="results", Key=key, Body=content if isinstance(content, bytes) else json.dumps(content).encode())
        return key


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    monkeypatch.setattr(document_analysis, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(document_analysis, "PAUSE_SECONDS", 0.01)
    with mock_aws():
        deployed = Deployed(tmp_path)
        yield deployed
        deployed.console.file.close()


def test_a_document_is_uploaded_and_its_result_is_fetched(deployed: Deployed) -> None:
    keys = {"result_key": deployed.store("r.json", {"fields": []}), "redacted_key": deployed.store("r.txt", "Größe".encode())}
    file = deployed.file("a scan+.pdf", status="SUCCEEDED", **keys)
    trial = Trial()
    assert trial.run(deployed.session, [file]) is True
    assert deployed.s3.get_object(Bucket="documents", Key="a scan+.pdf")["Body"].read() == b"content"
    (told,) = trial.document()
    assert (told["status"], told["result"], told["redacted_text"]) == ("SUCCEEDED", {"fields": []}, "Größe")
    assert told["result_location"] == "s3://results/r.json"
    assert told["seconds"] >= 0


def test_a_refusal_is_an_answer_too(deployed: Deployed) -> None:
    trial = Trial()
    assert trial.run(deployed.session, [deployed.file("empty.pdf", status="REFUSED", reason=REASON)]) is True
    (told,) = trial.document()
    assert (told["status"], told["reason"], told["result"]) == ("REFUSED", REASON, None)


def test_a_failure_makes_the_trial_fail(deployed: Deployed) -> None:
    files = [deployed.file("a.pdf", status="FAILED", reason=REASON), deployed.file("b.pdf", status="SUCCEEDED")]
    assert Trial().run(deployed.session, files) is False


@pytest.mark.parametrize("row", [{}, {"status": "IN_PROGRESS"}])
def test_a_document_without_an_end_makes_the_trial_fail(deployed: Deployed, row: dict[str, Any]) -> None:
    trial = Trial()
    assert trial.run(deployed.session, [deployed.file("a.pdf", **row)]) is False
    assert [told["status"] for told in trial.document()] == ["NO ANSWER"]


def test_files_of_the_same_name_are_told_apart(deployed: Deployed, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other/a.pdf"
    twin.write_bytes(b"twin")
    Trial().run(deployed.session, [deployed.file("a.pdf"), twin])
    keys = [entry["Key"] for entry in deployed.s3.list_objects_v2(Bucket="documents")["Contents"]]
    assert keys == ["1/a.pdf", "2/a.pdf"]


def test_without_files_the_samples_are_sent(deployed: Deployed) -> None:
    trial = Trial()
    trial.run(deployed.session, [])
    assert [told["file"] for told in trial.document()] == [str(path) for path in sorted(SAMPLES.iterdir())]


def test_reviews_are_answered_and_their_fields_kept(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [{"key": "Date", "value": "2O26"}]
    pending = [{"document": {"key": "a.pdf"}, "fields": fields}]

    class Api:
        def __init__(self, _: Any, url: str) -> None:
            assert url == "https://reviews.example.com"

        def approve_pending(self) -> Iterator[dict[str, Any]]:
            while pending:
                yield pending.pop()

    monkeypatch.setattr(document_analysis, "ReviewApi", Api)
    session = Session(deployed, {**deployed.session.outputs, "ReviewApiUrl": "https://reviews.example.com"}, deployed.session.steps)  # type: ignore[arg-type]
    trial = Trial()
    trial.run(session, [deployed.file("a.pdf", status="SUCCEEDED")])
    assert [told["reviewed"] for told in trial.document()] == [fields]


def test_files_that_cannot_be_sent_are_told_beforehand(tmp_path: Path) -> None:
    assert Trial().problems([tmp_path / "gone.pdf"]) == [f"{tmp_path}/gone.pdf: there is no such file"]


def test_what_is_shown_ends_with_all_documents_in_a_table(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    trial = Trial()
    trial.run(deployed.session, [deployed.file("empty.pdf", status="REFUSED", reason=REASON)])
    trial.print(Console(width=120))
    shown = capsys.readouterr().out
    assert "EMPTY: The file has no content." in shown
    assert "REFUSED: EMPTY" in shown.splitlines()[-2]
    assert trial.answered_by == "Textract: stand-in rapidocr"


def test_an_object_that_the_row_does_not_name_has_no_address() -> None:
    row = {"result_bucket": "results", "result_key": "r.json"}
    outcome = Outcome(Upload(Path("a.pdf"), "a.pdf"), row=row)
    assert (outcome.location("result_key"), outcome.location("redacted_key")) == ("s3://results/r.json", None)
