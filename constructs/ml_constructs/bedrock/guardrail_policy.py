"""Everything that a guardrail enforces, as one value."""

from dataclasses import dataclass

from ml_constructs.bedrock.guardrail_checks import check_choice, check_count, check_length
from ml_constructs.bedrock.guardrail_filters import KINDS, ContentFilter, Grounding, Topic
from ml_constructs.bedrock.guardrail_privacy import PersonalData, Regex

__all__ = ["GEOGRAPHIES", "ContentFilter", "Grounding", "GuardrailPolicy", "PersonalData", "Regex", "Topic", "default_filters"]

TIERS = ("CLASSIC", "STANDARD")
GEOGRAPHIES = ("us", "eu", "apac", "us-gov")
MOST_TOPICS, MOST_WORDS, MOST_REGEXES, MOST_REASONING_POLICIES = 30, 10_000, 30, 2
LONGEST_WORD, LONGEST_MESSAGE = 100, 500


def default_filters(strength: str = "HIGH") -> tuple[ContentFilter, ...]:
    """Every kind of harmful content, as strictly as asked for."""
    return tuple(ContentFilter(kind=kind, input_strength=strength) for kind in KINDS)


@dataclass(frozen=True, kw_only=True)
class GuardrailPolicy:
    """What a guardrail blocks, masks and says instead.

    Args:
        filters: Harmful content, each kind once; all of it, strictly, when left out.
        topics: What is not talked about, at most 30.
        words: Words that are not used, at most 10,000 of at most 100 characters.
        profanity: Whether AWS's list of profane words is among them.
        personal_data: Kinds of personal data, each once.
        regexes: Texts of a known form, at most 30.
        grounding: Whether answers have to follow from the passages; unchecked when left out.
        reasoning_policies: ARNs of automated reasoning policies that answers are checked against, at most 2.
        tier: Of content filters and topics: ``CLASSIC``, or ``STANDARD``, which knows more languages and needs a geography.
        geography: Where text may be taken to be checked, one of ``GEOGRAPHIES``; it stays in the region when left out.
        input_message: Said instead of an answer to a question that is blocked, at most 500 characters.
        output_message: Said instead of an answer that is blocked, at most 500 characters.

    Raises:
        ValueError: Nothing to enforce, more than guardrails take, or the standard tier without a geography.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-components.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tiers.html
    """

    filters: tuple[ContentFilter, ...] = default_filters()
    topics: tuple[Topic, ...] = ()
    words: tuple[str, ...] = ()
    profanity: bool = False
    personal_data: tuple[PersonalData, ...] = ()
    regexes: tuple[Regex, ...] = ()
    grounding: Grounding | None = None
    reasoning_policies: tuple[str, ...] = ()
    tier: str = "CLASSIC"
    geography: str | None = None
    input_message: str = "This can't be asked here."
    output_message: str = "This can't be answered here."

    def __post_init__(self) -> None:
        self._check_filters()
        check_choice("tier", self.tier, TIERS)
        if self.geography is not None:
            check_choice("geography", self.geography, GEOGRAPHIES)
        elif self.tier == "STANDARD":
            raise ValueError(f"geography must be one of {', '.join(GEOGRAPHIES)} with tier STANDARD, got none")
        check_length("input_message", self.input_message, LONGEST_MESSAGE)
        check_length("output_message", self.output_message, LONGEST_MESSAGE)

    def _check_filters(self) -> None:
        check_count("filters", [found.kind for found in self.filters], 0, len(KINDS))
        check_count("topics", [topic.name for topic in self.topics], 0, MOST_TOPICS)
        check_count("words", self.words, 0, MOST_WORDS)
        for word in self.words:
            check_length("word", word, LONGEST_WORD)
        check_count("personal_data", [found.kind for found in self.personal_data], 0, len(self.personal_data))
        check_count("regexes", [regex.name for regex in self.regexes], 0, MOST_REGEXES)
        check_count("reasoning_policies", self.reasoning_policies, 0, MOST_REASONING_POLICIES)
        enforced = (self.filters, self.topics, self.words, self.profanity, self.personal_data, self.regexes, self.grounding)
        if not any((*enforced, self.reasoning_policies)):
            raise ValueError(
                "policy must enforce something, got no filter, topic, word, personal data, regex, threshold or reasoning policy"
            )
