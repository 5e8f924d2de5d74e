"""What writes answers."""

from dataclasses import dataclass

from ml_constructs.bedrock.limits import check_range
from ml_constructs.bedrock.models import model_facts

MOST_OUTPUT_TOKENS = 32_768
LONGEST_INSTRUCTIONS_BYTES = 2000


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Which model writes answers, and how.

    Args:
        model_id: Of a text model, or of a geographic or global profile of one.
        max_output_tokens: The longest answer, 1 to 32,768 tokens.
        temperature: 0 for the likeliest words, up to 1; ``None`` for models that don't take it.
        instructions: Told to the model behind what the handlers tell it, up to 2,000 bytes: the environment of a function has 4 KB.
        prompt_caching: Whether what doesn't change from question to question is read from a cache, with models that have one.

    Raises:
        ValueError: A value out of its range, or a model that is known not to write by Converse, or not to have such a cache.

    See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html and
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """

    model_id: str
    max_output_tokens: int = 1024
    temperature: float | None = 0.0
    instructions: str = ""
    prompt_caching: bool = False

    def __post_init__(self) -> None:
        check_range("max_output_tokens", self.max_output_tokens, 1, MOST_OUTPUT_TOKENS)
        if self.temperature is not None and not 0 <= self.temperature <= 1:
            raise ValueError(f"temperature must be from 0 to 1, got {self.temperature}")
        size = len(self.instructions.encode())
        if size > LONGEST_INSTRUCTIONS_BYTES:
            raise ValueError(f"instructions must have at most {LONGEST_INSTRUCTIONS_BYTES} bytes in UTF-8, got {size}")
        facts = model_facts(self.model_id)
        if facts is None:
            return
        if facts.kind != "text" or facts.converse is False:
            raise ValueError(f"model_id must be a text model that Converse serves, got {self.model_id!r}")
        if self.prompt_caching and not facts.prompt_caching:
            raise ValueError(f"prompt_caching must be off for a model without a cache, got {self.model_id!r}")
