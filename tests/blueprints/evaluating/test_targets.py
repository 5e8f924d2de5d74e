from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from blueprints.evaluating import targets
from blueprints.evaluating.targets import TargetError, chunking, deployed, embedded
from blueprints.trying.answers import Reply
from blueprints.trying.files import Upload
from blueprints.trying.folders import Document
from blueprints.trying.ingestion import Ingested, Ingestion
from blueprints.trying.trial import Session

OUTPUTS = {"AnswersUrl": "https://api", "KnowledgeBaseId": "kb", "DataSourceId": "ds"}
FIXED = {"chunkingStrategy": "FIXED_SIZE", "fixedSizeChunkingConfiguration": {"maxTokens": 300, "overlapPercentage": 20}}
LEVELS = {"levelConfigurations": [{"maxTokens": 1500}, {"maxTokens": 300}], "overlapTokens": 60}


class Aws:
    """An account with a stack."""

    region_name = "eu-west-1"

    def __init__(self, outputs: dict[str, str] | None = None) -> None:
        self.outputs = OUTPUTS if outputs is None else outputs
        self.configured: dict[str, Any] = FIXED
        self.credentials: Credentials | None = Credentials("AKID", "secret")
        self.denied = False

    def client(self, service: str) -> Any:
        return self

    def get_credentials(self) -> Credentials | None:
        return self.credentials

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - as boto3 calls it
        if StackName != "one":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()]}]}

    def get_data_source(self, **_: Any) -> Any:
        return {"dataSource": {"vectorIngestionConfiguration": {"chunkingConfiguration": self.configured}} if self.configured else {}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []

    class Answers:
        def __init__(self, url: str, authorise: Any) -> None:
            self._who = (url, authorise)

        def ask(self, question: str) -> Reply:
            asked.append((*self._who, question))
            return Reply(200, {}, 0.1)

    monkeypatch.setattr(targets, "Answers", Answers)
    monkeypatch.setattr(targets, "bearer", lambda token: token)
    monkeypatch.setattr(targets, "signed", lambda credentials, region: (credentials.access_key, region))
    monkeypatch.setattr(targets, "chunks", lambda *_: 39)
    return asked


def test_a_stack_is_asked_with_signed_requests(asked: list[Any]) -> None:
    target = deployed("one", {}, Aws())
    target.ask("Why?", "acme")
    assert asked == [("https://api", ("AKID", "eu-west-1"), "Why?")]
    assert (target.name, target.chunking, target.chunks) == ("one", "FIXED_SIZE, 300 tokens, 20 % overlap", 39)


def test_a_stack_is_asked_with_the_token_of_the_tenants_user(asked: list[Any]) -> None:
    target = deployed("one", {"acme": "a", None: "b"}, Aws({**OUTPUTS, "UserPoolId": "pool"}))
    target.ask("Why?", "acme")
    target.ask("Who?", "bolt")
    assert [who for _, who, _ in asked] == ["a", "b"]


def test_passages_that_may_not_be_counted_are_not_known(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any) -> int:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "ListVectors")

    monkeypatch.setattr(targets, "chunks", denied)
    assert deployed("one", {}, Aws()).chunks is None


@pytest.mark.parametrize(
    ("name", "aws", "problem"),
    [
        ("two", Aws(), "two: .*does not exist"),
        ("one", Aws({}), "one has no output AnswersUrl; it must be a deployment of knowledge-base-rag"),
        ("one", Aws({**OUTPUTS, "UserPoolId": "pool"}), "one signs users in with Cognito: --token must give the ID token of a user"),
    ],
)
def test_a_stack_that_cannot_be_asked_is_refused(asked: list[Any], name: str, aws: Aws, problem: str) -> None:
    with pytest.raises(TargetError, match=problem):
        deployed(name, {}, aws)


def test_without_credentials_it_is_told(asked: list[Any]) -> None:
    aws = Aws()
    aws.credentials = None
    with pytest.raises(TargetError, match="there are no AWS credentials"):
        deployed("one", {}, aws)


@pytest.mark.parametrize(
    ("configured", "words"),
    [
        (FIXED, "FIXED_SIZE, 300 tokens, 20 % overlap"),
        (
            {"chunkingStrategy": "HIERARCHICAL", "hierarchicalChunkingConfiguration": LEVELS},
            "HIERARCHICAL, 1500 tokens, 300 tokens, 60 tokens overlap",
        ),
        (
            {
                "chunkingStrategy": "SEMANTIC",
                "semanticChunkingConfiguration": {"maxTokens": 9, "bufferSize": 1, "breakpointPercentileThreshold": 95},
            },
            "SEMANTIC, 9 tokens, 1 sentences around, breaks above percentile 95",
        ),
        ({"chunkingStrategy": "NONE"}, "NONE"),
        ({}, "FIXED_SIZE, as Bedrock does by itself"),
    ],
)
def test_chunking_is_told_in_words(configured: dict[str, Any], words: str) -> None:
    aws = Aws()
    aws.configured = configured
    assert chunking(aws, "kb", "ds") == words


def filled(monkeypatch: pytest.MonkeyPatch, status: str) -> Any:
    class Intake:
        def __init__(self, session: Session) -> None:
            pass

        def take_in(self, uploads: list[Upload]) -> Ingestion:
            return Ingestion([Ingested(upload, status, "why") for upload in uploads], chunks=39)

    class Callers:
        def __init__(self, session: Session) -> None:
            pass

        def of(self, tenant: str) -> Any:
            return type("Answers", (), {"ask": lambda self, question: (tenant, question)})()

    monkeypatch.setattr(targets, "Intake", Intake)
    monkeypatch.setattr(targets, "Callers", Callers)
    return embedded("one", Session(Aws(), OUTPUTS, None), [Document(Path("a"), "a.md")])  # type: ignore[arg-type]


def test_a_deployment_inside_this_machine_takes_documents_in(monkeypatch: pytest.MonkeyPatch) -> None:
    target = filled(monkeypatch, "INDEXED")
    assert (target.name, target.chunks, target.chunking) == ("one", 39, "FIXED_SIZE, 300 tokens, 20 % overlap")
    assert [target.ask("Why?", tenant) for tenant in ("acme", None)] == [("acme", "Why?"), ("trial", "Why?")]


def test_a_document_that_is_not_indexed_ends_the_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TargetError, match=r"one did not index 1 of 1 documents\n +tenants/trial/a.md: FAILED why"):
        filled(monkeypatch, "FAILED")
