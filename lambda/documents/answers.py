"""Answers to tasks that wait for them."""

import json
from typing import Any

from botocore.exceptions import ClientError

from documents.clients import client
from documents.errors import is_code
from documents.runtime import logger

TOKEN_ENDED = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")


def send(task_token: str, output: dict[str, Any]) -> bool:
    """Ends the task that waits under ``task_token``; says whether it still waited."""
    try:
        client("stepfunctions").send_task_success(taskToken=task_token, output=json.dumps(output))
    except ClientError as error:
        if is_code(error, *TOKEN_ENDED):
            logger.info("the task no longer waits", code=error.response["Error"]["Code"])
            return False
        raise
    return True
