"""Adaptations of how ministack's Lambda polls queues."""

from __future__ import annotations

import time
from typing import Any

from blueprints.local.adapter.patching import replace_everywhere

LONGEST_SECONDS = 2.0
"""How long messages are gathered at most, where a mapping allows up to five minutes: nobody watches a trial for that long."""


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
