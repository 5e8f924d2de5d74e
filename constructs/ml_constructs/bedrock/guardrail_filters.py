"""What a guardrail looks for, one value object for each kind of filter."""

from dataclasses import dataclass

from ml_constructs.bedrock.guardrail_checks import check_choice, check_count, check_length

STRENGTHS = ("NONE", "LOW", "MEDIUM", "HIGH")
KINDS = ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT", "PROMPT_ATTACK")
MODALITIES = ("TEXT", "IMAGE")
ACTIONS = ("BLOCK", "NONE")
HIGHEST_THRESHOLD = 0.99


@dataclass(frozen=True, kw_only=True)
class ContentFilter:
    """One kind of harmful content.

    Args:
        kind: One of ``KINDS``.
        input_strength: For questions and documents, one of ``STRENGTHS``.
        output_strength: For answers; left out, as strong as for questions, and ``NONE`` for prompt attacks, which answers can't be.
        modalities: ``TEXT``, ``IMAGE`` or both.
        action: ``BLOCK``, or ``NONE`` to report alone.

    Raises:
        ValueError: Something that guardrails don't offer.
    """

    kind: str
    input_strength: str = "HIGH"
    output_strength: str | None = None
    modalities: tuple[str, ...] = ("TEXT",)
    action: str = "BLOCK"

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, KINDS)
        check_choice("input_strength", self.input_strength, STRENGTHS)
        check_choice("output_strength", self.answers, ("NONE",) if self.kind == "PROMPT_ATTACK" else STRENGTHS)
        check_choice("action", self.action, ACTIONS)
        check_count("modalities", self.modalities, 1, len(MODALITIES))
        for modality in self.modalities:
            check_choice("modality", modality, MODALITIES)

    @property
    def answers(self) -> str:
        """The strength for answers."""
        same = "NONE" if self.kind == "PROMPT_ATTACK" else self.input_strength
        return same if self.output_strength is None else self.output_strength


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Something that is not talked about.

    Args:
        name: At most 100 characters.
        definition: What it is, at most 200 characters.
        examples: What somebody might say about it, at most 5 of at most 100 characters.
        action: ``BLOCK``, or ``NONE`` to report alone.

    Raises:
        ValueError: A text that is empty or too long, or too many examples.
    """

    name: str
    definition: str
    examples: tuple[str, ...] = ()
    action: str = "BLOCK"

    def __post_init__(self) -> None:
        check_length("name", self.name, 100)
        check_length("definition", self.definition, 200)
        check_count("examples", self.examples, 0, 5)
        check_choice("action", self.action, ACTIONS)
        for example in self.examples:
            check_length("example", example, 100)


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """Whether an answer follows from the passages, and belongs to the question.

    Args:
        grounding: Answers that score less are withheld, 0 to 0.99; ``None`` doesn't check.
        relevance: The same for how much the answer has to do with the question.
        action: ``BLOCK``, or ``NONE`` to report alone.

    Raises:
        ValueError: A threshold out of range, or neither.
    """

    grounding: float | None = 0.7
    relevance: float | None = 0.5
    action: str = "BLOCK"

    def __post_init__(self) -> None:
        check_choice("action", self.action, ACTIONS)
        for name, threshold in (("grounding", self.grounding), ("relevance", self.relevance)):
            if threshold is not None and not 0 <= threshold <= HIGHEST_THRESHOLD:
                raise ValueError(f"{name} must be 0 to {HIGHEST_THRESHOLD}, got {threshold}")
        if self.grounding is None and self.relevance is None:
            raise ValueError("grounding or relevance must be given, got neither")
