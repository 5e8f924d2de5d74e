"""Adaptations of how ministack's Lambda polls queues."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

from blueprints.local.adapter.patching import replace_everywhere

LONGEST_SECONDS = 2.0
"""How long messages are gathered at most, where a mapping allows up to five minutes: nobody watches a trial for that long."""
THROTTLED_SECONDS = 0.5
"""How long it takes until a throttled batch is tried again."""
patient_until: ContextVar[float] = ContextVar("patient_until", default=0.0)
"""Until when this thread tries to get a throttled function to take its batch."""


def messages_are_gathered() -> None:
    """``MaximumBatchingWindowInSeconds`` is ignored, and no batch has more than ten messages."""
    from ministack.services import sqs

    receive = sqs._receive_messages_for_esm
    since: dict[str, float] = {}

    def receive_gathered(url: str, size: int) -> list[dict[str, Any]]:
        window = min(_window(url), LONGEST_SECONDS)
        waiting = _waiting(url)
        first = since.setdefault(url, time.monotonic()) if waiting else since.pop(url, None)
        if first is None or (waiting < size and time.monotonic() - first < window):
            return []
        since.pop(url, None)
        batch: list[dict[str, Any]] = []
        while len(batch) < size and (found := receive(url, size - len(batch))):
            batch += found
        return batch

    replace_everywhere(receive, receive_gathered)


def throttled_batches_are_tried_again() -> None:
    """A batch whose function is throttled is left alone for the visibility timeout; Lambda tries again as long as that lasts.

    See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
    """
    from ministack.services import lambda_svc, sqs

    execute, run = lambda_svc._execute_function, lambda_svc._run_sqs_batch

    def execute_patiently(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = execute(function, event)
        while result.get("throttle") and time.monotonic() < patient_until.get():
            time.sleep(THROTTLED_SECONDS)
            result = execute(function, event)
        return result

    def run_patiently(mapping: dict[str, Any], function: dict[str, Any], event: dict[str, Any], batch: Any, url: str, name: str) -> None:
        token = patient_until.set(time.monotonic() + float(sqs._queues[url]["attributes"].get("VisibilityTimeout", 30)))
        try:
            run(mapping, function, event, batch, url, name)
        finally:
            patient_until.reset(token)

    lambda_svc._execute_function = execute_patiently
    lambda_svc._run_sqs_batch = run_patiently


def _window(url: str) -> float:
    """Returns for how long messages of a queue may be gathered."""
    from ministack.services import lambda_svc, sqs

    arn = sqs._queues[url]["attributes"]["QueueArn"]
    mappings = [mapping for _, _, mapping in lambda_svc._iter_all_esms() if mapping.get("EventSourceArn") == arn]
    return float(max((mapping.get("MaximumBatchingWindowInSeconds") or 0 for mapping in mappings), default=0))


def _waiting(url: str) -> int:
    """Returns how many messages of a queue can be received now."""
    from ministack.services import sqs

    now = time.time()
    with sqs._queues_lock:
        return sum(1 for message in sqs._queues[url]["messages"] if message.get("visible_at", 0) <= now)
