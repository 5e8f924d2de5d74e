import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from blueprints.trying import knowledge_base_checks as steps
from blueprints.trying.answers import Reply, Stream
from blueprints.trying.files import Upload
from blueprints.trying.ingestion import Ingested, Ingestion
from blueprints.trying.knowledge_base_checks import (
    ANSWERS,
    COACHES,
    DRILL,
    FERRIES,
    HOTEL,
    INJECTED,
    LEAVE,
    SHARES,
    TOO_LARGE,
    Demonstration,
)
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session

UPLOADS = [Upload(Path(f"{name}.md"), f"tenants/{FERRIES}/{name}.md") for name in ("leave", "pay", "it")]
RUNS = [{"ingestionJobId": "1"}]


def answered(tenant: str, document: str, text: str, **values: Any) -> Reply:
    source = f"s3://bucket/tenants/{tenant}/{document}"
    found = {"citations": [{"number": 1, "source": source}], "passages": [{"source": source, "score": 0.9}], "withheld": []}
    return Reply(200, {"outcome": "answered", "answer": text, **found, **values}, 0.1)


class World:
    """A deployment in which everything is as it should be, unless a test says otherwise."""

    endpoint_url = ""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.filled = False
        self.generated = 0
        self.replies: dict[tuple[str, str | None], Reply] = {
            (LEAVE, FERRIES): answered(FERRIES, "leave.md", "There are 27 days."),
            (LEAVE, COACHES): answered(COACHES, "leave.md", "There are 23 days."),
            (LEAVE, None): Reply(403, {"message": "no tenant"}, 0.1),
            (DRILL, COACHES): answered(COACHES, "vehicle-checks.md", "", outcome="not_answered"),
            (HOTEL, FERRIES): answered(FERRIES, "travel.pdf", "Up to 135 pounds.", withheld=[f"s3://bucket/{INJECTED}"]),
            (SHARES, FERRIES): Reply(200, {"outcome": "blocked", "guardrail": {"policies": ["topic"]}}, 0.1),
            **{(question, FERRIES): answered(FERRIES, document, f"It is {words}.") for question, document, words in ANSWERS},
        }
        self.nobody = Reply(401, {"message": "Unauthorized"}, 0.1)
        self.events = ["passages", "text", "text", "done"]
        self.failures = [f'{{"key": "{TOO_LARGE}"}}']
        self.statuses: dict[str, str] = {TOO_LARGE: "FAILED"}
        self.runs = RUNS
        self.refusals: dict[bool, str | None] = {False: "AccessDeniedException", True: None}

    def client(self, service: str) -> Any:
        assert service == "sqs"
        return self

    def receive_message(self, **_: Any) -> Any:
        return {"Messages": [{"Body": body} for body in self.failures]} if self.failures else {}

    def report(self) -> Any:
        return {"calls": [{"operation": "Converse", "count": self.generated}, {"operation": "Retrieve", "count": 99}]}

    def of(self, tenant: str | None) -> Any:
        return Asking(self, tenant)

    def unknown(self) -> Any:
        return Asking(self, "unknown")

    def take_in(self, uploads: list[Upload]) -> Ingestion:
        self.filled = True
        assert [upload.path.stat().st_size for upload in uploads if upload.key == TOO_LARGE] == [51 * 1024 * 1024]
        return Ingestion([Ingested(upload, self.statuses.get(upload.key, "INDEXED")) for upload in uploads], self.runs, 3.0, 39)


class Asking:
    def __init__(self, world: World, tenant: str | None) -> None:
        self._world, self._tenant = world, tenant

    def ask(self, question: str) -> Reply:
        if self._tenant == "unknown":
            return self._world.nobody
        if not self._world.filled:
            return Reply(200, {"outcome": "no_passages", "passages": []}, 0.1)
        reply = self._world.replies[question, self._tenant]
        self._world.generated += reply.outcome == "answered"
        return reply

    def stream(self, question: str) -> Stream:
        reply = self._world.replies[question, self._tenant]
        text = reply.body["answer"]
        return Stream(reply, self._world.events, [text[:5], text[5:]], 0.05)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    world = World(tmp_path)

    @contextmanager
    def same_rights(aws: Any, role: str) -> Iterator[Any]:
        assert role == "role"
        yield None

    class Function:
        role, environment, guardrail = "role", {"MODEL_ID": "model"}, {"guardrailIdentifier": "g"}

    monkeypatch.setattr(steps, "Callers", lambda _: world)
    monkeypatch.setattr(steps, "Intake", lambda _: world)
    monkeypatch.setattr(steps, "answering", lambda aws, stack: Function)
    monkeypatch.setattr(steps, "same_rights", same_rights)
    monkeypatch.setattr(steps, "refusal", lambda bedrock, model, guardrail: world.refusals[guardrail is not None])
    return world


def shown(world: World) -> Demonstration:
    session = Session(world, {"DocumentsBucketName": "bucket", "FailedDocumentsQueueUrl": "queue"}, Steps(Console(file=io.StringIO())))  # type: ignore[arg-type]
    demonstration = Demonstration(session, UPLOADS)
    demonstration.run()
    return demonstration


def wrong(world: World) -> dict[str, list[str]]:
    return {check.name: check.wrong for check in shown(world).checks if not check.passed}


def test_a_deployment_that_does_what_it_should_passes_every_check(world: World) -> None:
    demonstration = shown(world)
    assert [check.wrong for check in demonstration.checks] == [[]] * 10
    assert len(demonstration.asked) == 11
    assert not list(world.workspace.iterdir())


def test_what_was_seen_is_told_in_one_line(world: World) -> None:
    seen = {check.name: check.seen for check in shown(world).checks}
    assert seen["An empty knowledge base is asked"] == "no_passages, 0 calls of a text model"
    assert seen["Documents are uploaded"] == "3 indexed in 39 passages, by 1 sync"
    assert seen["One document is over the limit"] == f"in the queue of failed documents: {TOO_LARGE}"
    assert seen["A document gives orders to the model"] == "supplier-offer.txt withheld, answered from the rest"
    assert seen["The role calls a model by itself"] == "without the guardrail AccessDeniedException, with it answered"


def test_an_answer_before_there_are_documents_is_wrong(world: World) -> None:
    world.filled = True
    told = wrong(world)["An empty knowledge base is asked"]
    assert told == [
        "the outcome must be no_passages, got answered: There are 27 days.",
        "no text model must be called, got 1 calls",
    ]


def test_a_document_that_is_not_indexed_is_wrong(world: World) -> None:
    world.statuses[UPLOADS[0].key] = "FAILED"
    assert wrong(world) == {
        "Documents are uploaded": [f"all other documents must be indexed, got {UPLOADS[0].key} FAILED, {TOO_LARGE} FAILED"]
    }


def test_a_document_over_the_limit_that_is_indexed_is_not_told_as_failed(world: World) -> None:
    world.failures = []
    assert wrong(world) == {"One document is over the limit": [f"the queue of failed documents must name {TOO_LARGE} only, got nothing"]}


@pytest.mark.parametrize("runs", [[], RUNS * 3])
def test_uploads_that_are_not_gathered_are_wrong(world: World, runs: list[Any]) -> None:
    world.runs = runs
    assert wrong(world) == {"Documents are uploaded": [f"uploads must be taken in together, got {len(runs)} syncs of 3 documents"]}


def test_an_answer_from_another_document_is_wrong(world: World) -> None:
    question, _, words = ANSWERS[0]
    world.replies[question, FERRIES] = answered(FERRIES, "pay.html", words)
    assert list(wrong(world)) == ["A user asks about the handbook"]


@pytest.mark.parametrize("question", [LEAVE, DRILL])
def test_a_passage_of_the_other_tenant_is_wrong(world: World, question: str) -> None:
    world.replies[question, COACHES] = answered(FERRIES, "leave.md", "There are 23 days.")
    foreign = f"s3://bucket/tenants/{FERRIES}/leave.md"
    assert wrong(world) == {"The other tenant asks the same": [f"{COACHES} must find nothing of others, got {foreign}, {foreign}"]}
    assert "tenants are not kept apart" in [check.seen for check in shown(world).checks]


def test_a_caller_without_a_tenant_who_is_answered_is_wrong(world: World) -> None:
    world.replies[LEAVE, None] = answered(FERRIES, "leave.md", "There are 27 days.")
    world.nobody = Reply(200, {}, 0.1)
    assert len(wrong(world)["A user without a tenant asks"]) == 2


def test_orders_of_a_document_that_reach_the_answer_are_wrong(world: World) -> None:
    world.replies[HOTEL, FERRIES] = answered(FERRIES, "supplier-offer.txt", "There is no limit.")
    assert len(wrong(world)["A document gives orders to the model"]) == 3


def test_a_blocked_topic_that_is_answered_is_wrong(world: World) -> None:
    world.replies[SHARES, FERRIES] = answered(FERRIES, "pay.html", "Buy ours.")
    assert wrong(world) == {
        "A blocked topic is asked about": ["the outcome must be blocked, got answered: Buy ours.", "the topic must be why, got nothing"]
    }


def test_a_stream_without_pieces_is_wrong(world: World) -> None:
    world.events = ["passages", "done"]
    assert wrong(world) == {"An answer is streamed": ["the events must be passages, text and done, got passages, done"]}


def test_a_role_that_may_call_models_freely_is_wrong(world: World) -> None:
    world.refusals = {False: None, True: "AccessDeniedException"}
    assert wrong(world)["The role calls a model by itself"] == [
        "a call without the guardrail must end in AccessDeniedException, got an answer",
        "a call with the guardrail must be answered, got AccessDeniedException",
    ]


def test_a_step_that_fails_leaves_the_others_to_be_tried(world: World) -> None:
    del world.replies[HOTEL, FERRIES]
    (told,) = wrong(world)["A document gives orders to the model"]
    assert told.startswith("it must not fail, got KeyError")
    assert len(shown(world).checks) == 10
