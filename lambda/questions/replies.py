"""What the model replied."""

from dataclasses import dataclass, field
from typing import Any, Self

from questions.guardrails import Verdict, verdict
from questions.shapes import items, number, part, text


@dataclass(frozen=True)
class Usage:
    """Tokens that were billed."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @classmethod
    def of(cls, usage: Any) -> Self:
        """The usage of a response."""
        names = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
        return cls(*(max(0, int(number(usage, name) or 0)) for name in names))

    def __add__(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(*(own + others for own, others in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass(frozen=True)
class Reply:
    """What one call of the model came to.

    Args:
        text: What it wrote, or what the guardrail put in its place.
        stop_reason: Why it stopped, in Bedrock's words.
        usage: What it cost.
        verdict: What the guardrail did.
    """

    text: str = ""
    stop_reason: str = ""
    usage: Usage = field(default_factory=Usage)
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def blocked_input(self) -> bool:
        """Whether the guardrail kept the model from being asked at all."""
        if self.verdict.assessed:
            return bool(self.verdict.blocked_input)
        return self.stop_reason == "guardrail_intervened" and not self.usage.output_tokens


def reply_of(response: Any) -> Reply:
    """The reply of a response of Converse, whatever its shape."""
    written = items(part(response, "output", "message"), "content")
    return Reply(
        text="".join(text(block, "text") for block in written),
        stop_reason=text(response, "stopReason"),
        usage=Usage.of(part(response, "usage")),
        verdict=verdict(part(response, "trace")),
    )
