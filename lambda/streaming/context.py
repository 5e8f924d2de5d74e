"""What a handler is told about its invocation."""

import os
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Context:
    """The context object of one invocation, with what handlers and Powertools ask of it.

    Args:
        aws_request_id: Identifies the invocation.
        invoked_function_arn: The function, with the qualifier that was invoked.
        deadline_ms: When the invocation times out, in milliseconds since 1970.

    See https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    aws_request_id: str
    invoked_function_arn: str
    deadline_ms: int

    identity = None
    client_context = None

    def get_remaining_time_in_millis(self) -> int:
        """The time that is left, never less than 0."""
        return max(0, self.deadline_ms - int(time.time() * 1000))

    @property
    def function_name(self) -> str:
        """The function's name."""
        return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")

    @property
    def function_version(self) -> str:
        """The published version, or ``$LATEST``."""
        return os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")

    @property
    def memory_limit_in_mb(self) -> int:
        """The function's memory."""
        return int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0"))

    @property
    def log_group_name(self) -> str:
        """Where the function logs to."""
        return os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")

    @property
    def log_stream_name(self) -> str:
        """Where this environment logs to."""
        return os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
