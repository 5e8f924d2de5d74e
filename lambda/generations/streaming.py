"""Logs, metrics and a trace around a handler that streams."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from inference.runtime import flush, logger, tracer

Streamed = Callable[[Any, Any], Iterator[bytes]]


def streamed(handler: Streamed) -> Streamed:
    """Gives ``handler`` logs, metrics and a trace that lasts until its last chunk."""

    @functools.wraps(handler)
    def with_metrics(event: Any, context: Any) -> Iterator[bytes]:
        with tracer.provider.in_subsegment(name=f"## {handler.__name__}"):
            try:
                yield from handler(event, context)
            finally:
                flush()

    return logger.inject_lambda_context(with_metrics, log_event=False, clear_state=True)
