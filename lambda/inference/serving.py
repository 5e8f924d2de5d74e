"""Turns a function of a request into the handler of an API."""

import functools
from collections.abc import Callable
from typing import Any

from inference.endpoint import Prediction
from inference.responses import failure, success
from inference.runtime import count, flush, logger, named, tracer

Predict = Callable[[Any, Any], Prediction]
Handler = Callable[[Any, Any], dict[str, Any]]


def served(predict: Predict) -> Handler:
    """Gives ``predict`` logs, metrics and a trace, and answers API Gateway with what it returns or raises.

    Args:
        predict: Makes a prediction of an event and its context; what it raises becomes an error response without its text.
    """

    @functools.wraps(predict)
    def answered(event: Any, context: Any) -> dict[str, Any]:
        try:
            response = success(predict(event, context), context.aws_request_id)
            count("Predictions")
        except Exception as error:  # whatever it is, the caller gets a status and no text of it
            response = failure(named(error), context.aws_request_id)
        finally:
            flush()
        return response

    traced = tracer.capture_lambda_handler(answered, capture_response=False)
    return logger.inject_lambda_context(traced, log_event=False, clear_state=True)
