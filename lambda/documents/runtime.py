"""Logging, metrics, tracing and the guard around every handler.

Nothing of an event, a document or a foreign exception leaves a function: the guard turns whatever is raised into a named
error of :mod:`documents.errors`, the tracer records no responses, and boto3 calls are not patched (X-Ray would record object keys).
"""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from documents.errors import HandlerError, TransientServiceError, UnexpectedError, translated

ROOT = Path(__file__).parents[1]
Handler = Callable[[dict[str, Any], LambdaContext], Any]

logger = Logger()
metrics = Metrics()
tracer = Tracer(auto_patch=False)


def task(handler: Handler) -> Handler:
    """Gives ``handler`` logs, metrics and a trace, and lets only named errors out."""

    @functools.wraps(handler)
    def with_metrics(event: dict[str, Any], context: LambdaContext) -> Any:
        try:
            return guarded(handler, event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    traced = tracer.capture_lambda_handler(with_metrics, capture_response=False)
    return logger.inject_lambda_context(traced, log_event=False, clear_state=True)


def guarded(function: Callable[..., Any], *arguments: Any) -> Any:
    """The value of ``function(*arguments)``; whatever it raises is logged without its text and raised anew as a named error."""
    try:
        return function(*arguments)
    except Exception as error:  # every exception has to lose its text, whatever it is
        failure = _named(error)
    logger.error("failed", error=type(failure).__name__, reason=failure.code, explanation=failure.message)
    raise failure


def _named(error: Exception) -> HandlerError:
    if isinstance(error, HandlerError):
        return type(error)(error.code, error.message)
    if isinstance(error, ClientError | BotoCoreError):
        return translated(error)
    return UnexpectedError(type(error).__name__.upper(), f"Raised at {_place(error)}.")


def _place(error: Exception) -> str:
    """The innermost line of this project's own code, or of any."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [(path, line) for path, line in frames if path.is_relative_to(ROOT) and path != Path(__file__)]
    path, line = (own or frames)[-1]
    return f"{path.parent.name}/{path.name}:{line}"


def count(name: str, value: float = 1) -> None:
    """Adds ``value`` to the metric ``name``."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def count_by(name: str, dimension: str, label: str) -> None:
    """Adds one to the metric ``name``, both as a whole and for ``label`` of ``dimension``."""
    count(name)
    with single_metric(name=name, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension(name=dimension, value=label)


def identify(document_id: str, attempt: int) -> None:
    """Puts the document's id, never its key, into every later log line and into the trace."""
    logger.append_keys(document_id=document_id, attempt=attempt)
    tracer.put_annotation(key="document_id", value=document_id)


def forget() -> None:
    """Takes the previous message's document out of the log lines."""
    logger.remove_keys(["document_id", "attempt"])


def require_time(context: LambdaContext, seconds: float) -> None:
    """Stops while there is time left to say so.

    Raises:
        TransientServiceError: Fewer than ``seconds`` remain to this invocation.
    """
    if context.get_remaining_time_in_millis() < seconds * 1000:
        raise TransientServiceError("OUT_OF_TIME", f"Fewer than {seconds:g} seconds remain.")
