"""Logging, metrics, tracing and error responses around the handlers.

Nothing of a request, a prediction, a caller or a foreign exception leaves a function but in its response: errors are logged by name and
place, the tracer records no responses, and boto3 calls are not patched (X-Ray would record their parameters).
"""

import traceback
from pathlib import Path

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from inference.errors import InferenceError, Unexpected, translated

ROOT = Path(__file__).parents[1]

logger = Logger()
metrics = Metrics()
tracer = Tracer(auto_patch=False)


def count(name: str, value: float = 1) -> None:
    """Adds ``value`` to the metric ``name``."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def flush() -> None:
    """Puts out what was counted."""
    if metrics.metric_set:
        metrics.flush_metrics()


def named(error: Exception) -> InferenceError:
    """The error that the caller sees, counted and logged without the text of the one that was raised."""
    if isinstance(error, InferenceError):
        failure = error
    elif isinstance(error, ClientError | BotoCoreError):
        failure = translated(error)
    else:
        failure = Unexpected(type(error).__name__, "Something went wrong. Ask again later.")
    count(failure.metric)
    log, word = (logger.warning, "refused") if failure.status < 500 else (logger.error, "failed")
    log(word, error=type(failure).__name__, reason=failure.code, place=_place(error))
    return failure


def _place(error: Exception) -> str:
    """The innermost line of this project's own code, or of any."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [(path, line) for path, line in frames if path.is_relative_to(ROOT)]
    path, line = (own or frames)[-1]
    return f"{path.parent.name}/{path.name}:{line}"
