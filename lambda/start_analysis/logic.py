"""From a message of the intake queue to an execution."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import MalformedEvent, is_code
from documents.naming import Document, execution_name
from documents.runtime import count, identify, logger

DETAIL_TYPES = {"aws.s3": "Object Created", "blueprint.bulk": "Object Listed"}
HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
SEQUENCER_DIGITS = 64


@dataclass(frozen=True)
class Intake:
    """A document that someone wants analysed."""

    document: Document
    attempt: int
    event: dict[str, Any]


def start(body: str, state_machine_arn: str) -> None:
    """Starts the execution that ``body`` asks for; does nothing when it was started before or the object is a folder marker.

    A repeated start of an execution that still runs looks to the caller like a first one, and is counted as such.

    Raises:
        MalformedEvent: ``body`` is neither an event of S3 nor an item of a bulk run.
    """
    intake = parse(body)
    if intake.document.key.endswith("/") and not intake.document.size:
        return
    identify(intake.document.id, intake.attempt)
    count("DocumentsStarted" if _start(intake, state_machine_arn) else "DuplicateEvents")


def parse(body: str) -> Intake:
    """The document that a message is about.

    Powertools' data class of this event is not used: it unquotes the key, which EventBridge does not quote.
    """
    try:
        event = json.loads(body)
        detail, attempt = event["detail"], event.get("attempt", 1)
        known = DETAIL_TYPES.get(event["source"]) == event["detail-type"]
        document = _document(detail["bucket"]["name"], detail["object"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedEvent("MALFORMED_EVENT", f"The message is no event of an object: {type(error).__name__}.") from None
    if not known or type(attempt) is not int or attempt < 1:
        raise MalformedEvent("MALFORMED_EVENT", "The source, the detail type or the attempt of the event is wrong.")
    return Intake(document, attempt, event)


def _document(bucket: str, item: dict[str, Any]) -> Document:
    document = Document.identify(
        bucket=bucket,
        key=item["key"],
        version_id=item.get("version-id"),
        etag=item.get("etag"),
        sequencer=item.get("sequencer") or "",
        size=item["size"],
    )
    texts, perhaps = (bucket, document.key, document.sequencer), (document.version_id, document.etag)
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(text, str | None) for text in perhaps):
        raise TypeError
    if type(document.size) is not int or not bucket or not document.key:
        raise TypeError
    if len(document.sequencer) > SEQUENCER_DIGITS or not HEXADECIMAL.issuperset(document.sequencer):
        raise ValueError
    return document


def _start(intake: Intake, state_machine_arn: str) -> bool:
    try:
        client("stepfunctions").start_execution(
            stateMachineArn=state_machine_arn,
            name=execution_name(intake.document.id, intake.attempt),
            input=json.dumps({"document": intake.document.as_dict(), "attempt": intake.attempt, "event": intake.event}),
        )
    except ClientError as error:
        if is_code(error, "ExecutionAlreadyExists"):
            logger.info("the execution was started before")
            return False
        raise
    return True
