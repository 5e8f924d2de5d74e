"""Deployments that questions are put to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from blueprints.trying.answers import Answers, Reply, bearer, signed
from blueprints.trying.callers import Callers
from blueprints.trying.folders import TENANT, Document, keyed
from blueprints.trying.ingestion import INDEXED, Intake, chunks
from blueprints.trying.trial import Session

LABELS = {"maxTokens": "tokens", "overlapPercentage": "% overlap", "overlapTokens": "tokens overlap", "bufferSize": "sentences around"}


class TargetError(Exception):
    """A deployment can't be asked; the message tells why."""


@dataclass(frozen=True)
class Target:
    """A deployment that questions are put to.

    Args:
        name: What it is called.
        ask: Puts a question as a user of a tenant, or as the one there is.
        chunking: How it cuts documents, in words.
        chunks: How many passages it holds; ``None`` where that can't be told.
    """

    name: str
    ask: Callable[[str, str | None], Reply]
    chunking: str
    chunks: int | None


def embedded(name: str, session: Session, documents: Sequence[Document]) -> Target:
    """Takes documents into a deployment on the embedded AWS.

    Raises:
        TargetError: A document was not indexed.
    """
    ingestion = Intake(session).take_in(keyed(documents))
    if left := [f"{found.upload.key}: {found.status} {found.reason}" for found in ingestion.documents if found.status not in INDEXED]:
        raise TargetError("\n       ".join([f"{name} did not index {len(left)} of {len(documents)} documents", *left]))
    callers = Callers(session)
    bedrock = session.aws.client("bedrock-agent")
    cut = chunking(bedrock, session.outputs["KnowledgeBaseId"], session.outputs["DataSourceId"])
    return Target(name, lambda question, tenant: callers.of(tenant or TENANT).ask(question), cut, ingestion.chunks)


def deployed(name: str, tokens: Mapping[str | None, str], aws: Any = None) -> Target:
    """Finds a stack in the user's account.

    Args:
        name: The stack's name.
        tokens: ID tokens of users by their tenants; ``None`` for questions that name none. Without any, requests are signed.
        aws: A session of boto3; one of the environment's own unless given.

    Raises:
        TargetError: There is no such stack, or it can't be asked so.
    """
    aws = aws or boto3.Session()
    outputs = _outputs(name, aws)
    if "AnswersUrl" not in outputs:
        raise TargetError(f"{name} has no output AnswersUrl; it must be a deployment of knowledge-base-rag")
    if "UserPoolId" in outputs and not tokens:
        raise TargetError(f"{name} signs users in with Cognito: --token must give the ID token of a user")
    callers = _callers(outputs["AnswersUrl"], tokens, aws)
    bedrock, base = aws.client("bedrock-agent"), outputs["KnowledgeBaseId"]
    return Target(
        name,
        lambda question, tenant: callers[tenant if tenant in callers else None].ask(question),
        chunking(bedrock, base, outputs["DataSourceId"]),
        _known(lambda: chunks(bedrock, aws.client("s3vectors"), base)),
    )


def _outputs(name: str, aws: Any) -> dict[str, str]:
    try:
        (stack,) = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        raise TargetError(f"{name}: {error}") from error
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}


def _callers(url: str, tokens: Mapping[str | None, str], aws: Any) -> dict[str | None, Answers]:
    if tokens:
        return {tenant: Answers(url, bearer(token)) for tenant, token in tokens.items()}
    credentials = aws.get_credentials()
    if credentials is None:
        raise TargetError("there are no AWS credentials to sign requests with; see `aws configure`")
    return {None: Answers(url, signed(credentials, aws.region_name))}


def _known(count: Callable[[], int | None]) -> int | None:
    """Leaves a count out that the caller may not make."""
    try:
        return count()
    except ClientError:
        return None


def chunking(bedrock: Any, knowledge_base_id: str, data_source_id: str) -> str:
    """Says how a data source cuts documents."""
    source = bedrock.get_data_source(knowledgeBaseId=knowledge_base_id, dataSourceId=data_source_id)["dataSource"]
    configured = source.get("vectorIngestionConfiguration", {}).get("chunkingConfiguration", {})
    return ", ".join(_words(configured)) or "FIXED_SIZE, as Bedrock does by itself"


def _words(configured: Mapping[str, Any]) -> Iterator[str]:
    for key, value in configured.items():
        if isinstance(value, Mapping):
            yield from _words(value)
        elif isinstance(value, list):
            for level in value:
                yield from _words(level)
        elif key == "breakpointPercentileThreshold":
            yield f"breaks above percentile {value}"
        else:
            yield f"{value} {LABELS[key]}" if key in LABELS else str(value)
