"""The deployed knowledge-base-rag: real events, queues, workflows, functions, users, vectors and search; models are stand-ins."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from blueprints.evaluating.driver import run_embedded
from blueprints.local import embedded
from blueprints.local.embedded import EmbeddedAws
from blueprints.trying.callers import Callers
from blueprints.trying.files import Upload
from blueprints.trying.ingestion import Intake
from blueprints.trying.knowledge_base_checks import COACHES, FERRIES, HOTEL, INJECTED, LEAVE, TOO_LARGE, Demonstration
from blueprints.trying.knowledge_base_rag import SAMPLES, answerer
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session
from stacks.catalogue import CATALOGUE
from tests.local import raw
from tests.local.deployments import deployment
from tests.waiting import until

# Half a minute of both cores; what it rests on is deployed from plain templates in test_knowledge_bases.py.
pytestmark = pytest.mark.long
NAME = "knowledge-base-rag"
eventually = functools.partial(until, seconds=60)
NEW = f"tenants/{FERRIES}/parking.md"
STRAY = "no-tenant/parking.md"


TAKEN_IN = (
    *(f"tenants/{FERRIES}/{name}" for name in ("it-security.html", "leave.md", "supplier-offer.txt", "travel-and-expenses.pdf")),
    *(f"tenants/{COACHES}/{name}" for name in ("contacts.csv", "leave.md")),
)
"""A part of the handbook, because vectors take most of the time."""


class Deployed:
    """A deployment and what was demonstrated with it."""

    def __init__(self, aws: EmbeddedAws, outputs: dict[str, str]) -> None:
        self.aws, self.outputs = aws, outputs
        self.session = Session(aws, outputs, Steps(Console(quiet=True)))
        self.shown = Demonstration(self.session, [Upload(SAMPLES / key, key) for key in TAKEN_IN])
        self.shown.run()
        self.callers = Callers(self.session)

    @property
    def bucket(self) -> str:
        return self.outputs["DocumentsBucketName"]

    def failed(self) -> list[dict[str, Any]]:
        queue = self.outputs["FailedDocumentsQueueUrl"]
        found = self.aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(message["Body"]) for message in found.get("Messages", [])]


@pytest.fixture(scope="module")
def deployed(embedded_aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployment(NAME, embedded_aws, tmp_path_factory.mktemp("outputs")) as outputs:
        yield Deployed(embedded_aws, outputs)


def test_everything_that_is_demonstrated_is_as_it_should_be(deployed: Deployed) -> None:
    assert {check.name: check.wrong for check in deployed.shown.checks if check.wrong} == {}
    assert len(deployed.shown.checks) == 10


def test_every_document_is_indexed_but_the_one_over_the_limit(deployed: Deployed) -> None:
    ends = {found.upload.key: found.status for found in deployed.shown.ingestion.documents}
    assert ends == {**dict.fromkeys(TAKEN_IN, "INDEXED"), TOO_LARGE: "IGNORED"}


def test_nobody_labels_documents_but_the_deployment(deployed: Deployed) -> None:
    key = f"tenants/{COACHES}/leave.md.metadata.json"
    label = deployed.aws.client("s3").get_object(Bucket=deployed.bucket, Key=key)["Body"].read()
    assert json.loads(label) == {"metadataAttributes": {"tenant": COACHES}}
    role = raw.role(raw.ANYBODY, raw.allow("s3:*", "kms:*"))
    writer = raw.deploy(deployed.aws, "writer", {"Role": role}, {"Role": raw.attribute("Role")})["Role"]
    s3 = raw.as_role(deployed.aws, writer)("s3")
    with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
        s3.put_object(Bucket=deployed.bucket, Key=key, Body=label)


def test_a_session_belongs_to_the_one_who_began_it(deployed: Deployed) -> None:
    ferries, coaches = deployed.callers.of(FERRIES), deployed.callers.of(COACHES)
    session = ferries.ask(LEAVE).body["session_id"]
    assert ferries.ask("And how much of it may be carried over?", session).status == 200
    assert coaches.ask(LEAVE, session).status == 404


def test_changes_are_taken_in_and_strays_are_told_and_found_by_nobody(deployed: Deployed, tmp_path: Path) -> None:
    (tmp_path / "parking.md").write_text("# Parking\n\nBicycles are parked behind the green shed on the quay.\n", encoding="utf-8")
    s3 = deployed.aws.client("s3")
    s3.delete_object(Bucket=deployed.bucket, Key=INJECTED)
    s3.put_object(Bucket=deployed.bucket, Key=STRAY, Body=b"# Parking\n\nBicycles are parked on the roof.\n")
    ingestion = Intake(deployed.session).take_in([Upload(tmp_path / "parking.md", NEW)])
    assert [found.status for found in ingestion.documents] == ["INDEXED"]
    eventually(lambda: STRAY in [problem["key"] for problem in deployed.failed()])
    reply = deployed.callers.of(FERRIES).ask("Where are bicycles parked?")
    assert "green shed" in reply.body["answer"]
    assert reply.sources == [f"s3://{deployed.bucket}/{NEW}"]
    assert eventually(lambda: deployed.callers.of(FERRIES).ask(HOTEL).body["withheld"] == [])


def test_everything_that_answered_is_named(deployed: Deployed) -> None:
    report = deployed.aws.report()
    assert answerer(report["calls"]) == "stand-in extractive sentences (MiniLM)"
    assert not [call for call in report["calls"] if call["provenance"] == "not implemented"]


@pytest.mark.long
def test_two_ways_of_chunking_are_evaluated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(embedded, "HOME", tmp_path)
    questions = SAMPLES.parent / "questions.yaml"
    assert run_embedded(CATALOGUE[NAME], questions, documents=None, settings=[], port=None, as_json=True) == 0
    evaluations = json.loads(capsys.readouterr().out)["evaluations"]
    assert [found["name"] for found in evaluations] == ["passages-of-300", "passages-of-100"]
    assert evaluations[0]["passages"] < evaluations[1]["passages"]
    for found in evaluations:
        figures = found["figures"]
        assert (figures["questions"], figures["outcomes"].get("error", 0)) == (60, 0)
        assert figures["hit_rates"]["5"] > 0.9
        assert figures["reciprocal_rank"] > 0.8
        foreign = [
            passage["document"]
            for asked in found["questions"]
            for passage in asked["passages"]
            if not passage["document"].startswith(f"tenants/{asked['question']['tenant']}/")
        ]
        assert foreign == []
