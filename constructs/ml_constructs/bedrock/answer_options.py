"""How questions are answered."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from aws_cdk import Duration

from ml_constructs.bedrock.generation import Generation
from ml_constructs.bedrock.guardrail_filters import Grounding
from ml_constructs.bedrock.limits import check_range, check_text
from ml_constructs.bedrock.retrieval import Retrieval

__all__ = ["AnswerOptions", "Generation", "Retrieval", "Sessions", "Tenancy"]

MOST_HOURS = 8760
MOST_TURNS = 20
MOST_CLIENTS = 20
LONGEST_QUESTION = 20_000
LONGEST_GROUNDED_QUESTION = 1000


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """How much of a conversation is remembered.

    Args:
        hours: How long after the last question, 1 to 8,760.
        turns: Questions with their answers that the model is told, 1 to 20.

    Raises:
        ValueError: A value out of its range.
    """

    hours: int = 24
    turns: int = 6

    def __post_init__(self) -> None:
        check_range("hours", self.hours, 1, MOST_HOURS)
        check_range("turns", self.turns, 1, MOST_TURNS)


@dataclass(frozen=True, kw_only=True)
class Tenancy:
    """How tenants are told apart.

    Args:
        claim: Of callers' tokens, such as ``custom:tenant``.
        attribute: Of the metadata of documents.

    Raises:
        ValueError: What can't be a name.

    See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/kb-metadata.html
    """

    claim: str
    attribute: str

    def __post_init__(self) -> None:
        check_text("claim", self.claim, r"[\w:.-]{1,128}", "1 to 128 letters, digits and _ : . -")
        # Bedrock keeps what it knows of a document itself below the prefix.
        check_text("attribute", self.attribute, r"(?!x-amz-)[\w-]{1,128}", "1 to 128 letters, digits, _ and -, without x-amz- in front")


@dataclass(frozen=True, kw_only=True)
class AnswerOptions:
    """How questions are answered.

    Args:
        generation: What writes answers.
        retrieval: Which passages they rest on.
        sessions: How much of a conversation is remembered; nothing when ``None``.
        cache: For how many whole hours, up to 8,760, an answer is given again to who asks the same; each is new when left out.
        tenancy: How tenants are told apart; without it every caller may be told of every document.
        max_question_characters: The longest question, 1 to 20,000.
        allowed_clients: Ids of up to 20 clients of the user pool whose ID tokens are served; those of every client when left out.

    Raises:
        ValueError: A value out of its range, or what can't be a client's id.

    See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_KnowledgeBaseQuery.html and
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
    """

    generation: Generation
    retrieval: Retrieval = field(default_factory=Retrieval)
    sessions: Sessions | None = Sessions()
    cache: Duration | None = None
    tenancy: Tenancy | None = None
    max_question_characters: int = 1000
    allowed_clients: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_range("max_question_characters", self.max_question_characters, 1, LONGEST_QUESTION)
        if len(self.allowed_clients) > MOST_CLIENTS:
            raise ValueError(f"allowed_clients must be {MOST_CLIENTS} at most, got {len(self.allowed_clients)}")
        for client in self.allowed_clients:
            check_text("allowed_clients", client, r"[\w+]{1,128}", "ids of 1 to 128 letters, digits, _ and +")
        hours = self.cache.to_seconds() / 3600 if self.cache else 1
        if not (1 <= hours <= MOST_HOURS and hours == int(hours)):
            raise ValueError(f"cache must be from 1 to {MOST_HOURS} whole hours, got {hours:g}")

    @property
    def cache_hours(self) -> int:
        """How long answers are given again."""
        return int(self.cache.to_hours()) if self.cache else 0

    def check_grounding(self, grounding: Grounding | None) -> None:
        """Refuses questions that are too long for a guardrail to compare answers with, so that every one of them would fail.

        Raises:
            ValueError: Longer questions than contextual grounding takes.

        See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
        """
        if grounding is not None and self.max_question_characters > LONGEST_GROUNDED_QUESTION:
            most = f"at most {LONGEST_GROUNDED_QUESTION} with contextual grounding, which takes no longer question"
            raise ValueError(f"max_question_characters must be {most}, got {self.max_question_characters}")

    def configuration_id(self, influences: Any) -> str:
        """Changes with everything that influences an answer; part of the key of those that are given again.

        Args:
            influences: What has a say besides the options, such as what a guardrail enforces: anything that JSON takes, without tokens.
        """
        own = [asdict(self.generation), asdict(self.retrieval), asdict(self.tenancy) if self.tenancy else None]
        return hashlib.sha256(json.dumps([own, influences], sort_keys=True).encode()).hexdigest()[:16]
