"""What a function that has text written is told in its environment."""

from dataclasses import dataclass

from inference.errors import ConfigurationError
from inference.settings import Settings

PLACE = "{}"


@dataclass(frozen=True, kw_only=True)
class GenerationSettings(Settings):
    """The settings of a front for language models.

    Args:
        models: What callers may name, base models and adapters, the one for requests that name none first.
        component_names: What inference components are called, with ``{}`` for the model.
        max_prompt_bytes: Of all messages of a request together.
        max_tokens: Of an answer at most.
    """

    models: tuple[str, ...]
    component_names: str
    max_prompt_bytes: int
    max_tokens: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.models or PLACE not in self.component_names:
            raise ConfigurationError("ENVIRONMENT", "MODELS must name one, and COMPONENT_NAMES must have {} for it")
        if self.max_prompt_bytes < 1 or self.max_tokens < 1:
            raise ConfigurationError("ENVIRONMENT", "MAX_PROMPT_BYTES and MAX_TOKENS must be 1 or more")

    def component_of(self, model: str) -> str:
        """The inference component that answers for ``model``."""
        return self.component_names.replace(PLACE, model)
