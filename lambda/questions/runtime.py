"""Logging, metrics and tracing around the handlers.

Nothing of a question, an answer, a passage, a caller or a foreign exception leaves a function but in its response: errors are logged by
name and place, the tracer records no responses, and boto3 calls are not patched (X-Ray would record their parameters).
"""

import functools
import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from questions.errors import QuestionError, Unexpected, translated

ROOT = Path(__file__).parents[1]
Buffered = Callable[[Any, Any], dict[str, Any]]
Streamed = Callable[[Any, Any], Iterator[bytes]]

logger = Logger()
metrics = Metrics()
tracer = Tracer(auto_patch=False)


def buffered(handler: Buffered) -> Buffered:
    """Gives ``handler`` logs, metrics and a trace."""

    @functools.wraps(handler)
    def with_metrics(event: Any, context: Any) -> dict[str, Any]:
        try:
            return handler(event, context)
        finally:
            _flush()

    traced = tracer.capture_lambda_handler(with_metrics, capture_response=False)
    return logger.inject_lambda_context(traced, log_event=False, clear_state=True)


def streamed(handler: Streamed) -> Streamed:
    """Gives ``handler`` logs, metrics and a trace that lasts until its last chunk."""

    @functools.wraps(handler)
    def with_metrics(event: Any, context: Any) -> Iterator[bytes]:
        with tracer.provider.in_subsegment(name=f"## {handler.__name__}"):
            try:
                yield from handler(event, context)
            finally:
                _flush()

    return logger.inject_lambda_context(with_metrics, log_event=False, clear_state=True)


def _flush() -> None:
    if metrics.metric_set:
        metrics.flush_metrics()


def count(name: str, value: float = 1) -> None:
    """Adds ``value`` to the metric ``name``."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def named(error: Exception) -> QuestionError:
    """The error that the caller sees, logged without the text of the one that was raised."""
    if isinstance(error, QuestionError):
        failure = error
    elif isinstance(error, ClientError | BotoCoreError):
        failure = translated(error)
    else:
        failure = Unexpected(type(error).__name__, "Something went wrong. Ask again later.")
    log, word = (logger.warning, "refused") if failure.status < HTTPStatus.INTERNAL_SERVER_ERROR else (logger.error, "failed")
    log(word, error=type(failure).__name__, reason=failure.code, place=_place(error))
    return failure


def _place(error: Exception) -> str:
    """The innermost line of this project's own code, or of any."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [(path, line) for path, line in frames if path.is_relative_to(ROOT)]
    path, line = (own or frames)[-1]
    return f"{path.parent.name}/{path.name}:{line}"
