"""Counts what became of questions; no dimension tells of a caller or a tenant."""

from typing import Any

from questions import outcomes
from questions.runtime import count, logger

BY_OUTCOME = {
    outcomes.ANSWERED: "Answers",
    outcomes.TRUNCATED: "Answers",
    outcomes.NO_PASSAGES: "NoPassages",
    outcomes.BLOCKED: "Blocked",
    outcomes.UNGROUNDED: "Ungrounded",
}


def record(response: dict[str, Any]) -> None:
    """Counts one response, and logs its outcome without any of its text."""
    usage = response["usage"]
    counts = {
        BY_OUTCOME.get(response["outcome"], ""): 1,
        "PassagesWithheld": len(response["withheld"]),
        "InputTokens": usage["input_tokens"] + usage["cache_read_tokens"] + usage["cache_write_tokens"],
        "OutputTokens": usage["output_tokens"],
        "CacheHits": int(response["cached"]),
    }
    for name, value in counts.items():
        if name and value:
            count(name, value)
    logger.info(
        "responded",
        outcome=response["outcome"],
        passages=len(response["passages"]),
        citations=len(response["citations"]),
        policies=response["guardrail"]["policies"],
        cached=response["cached"],
    )
