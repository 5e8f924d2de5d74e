"""From a message of the intake queue to an execution."""

import json

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import is_code
from documents.intake import Intake, parse
from documents.naming import execution_name
from documents.runtime import count, identify, logger


def start(body: str, state_machine_arn: str) -> None:
    """Starts the execution that ``body`` asks for; does nothing when it was started before or the object is a folder marker.

    A repeated start of an execution that still runs looks to the caller like a first one, and is counted as such.

    Raises:
        MalformedEvent: ``body`` is neither an event of S3 nor an item of a bulk run.
    """
    intake = parse(body)
    if intake.is_folder:
        return
    identify(intake.document.id, intake.attempt)
    count("DocumentsStarted" if _start(intake, state_machine_arn) else "DuplicateEvents")


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
