"""Settings of a knowledge base: how passages are found, and how answers are written, guarded, kept and watched."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from stacks.settings.models import ModelId, SettingsModel

Strength = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
Share = Annotated[float, Field(ge=0, le=0.99)]


class RerankSettings(SettingsModel):
    """A second model puts the passages found in order."""

    model: ModelId = "amazon.rerank-v1:0"
    """The reranking model; Amazon's is in ap-northeast-1, ca-central-1, eu-central-1 and us-west-2, Cohere's in us-east-1 as well."""
    candidates: Annotated[int, Field(ge=1, le=100)] = 20
    """How many passages are found for it to choose from."""


class RetrievalSettings(SettingsModel):
    """How passages are found."""

    passages: Annotated[int, Field(ge=1, le=100)] = 5
    """How many a question is answered from."""
    search: Literal["semantic", "hybrid"] = "semantic"
    """By meaning, or by meaning and words; S3 Vectors knows meaning only."""
    rerank: RerankSettings | None = None
    """Whether a second model puts them in order."""

    @model_validator(mode="after")
    def _enough_are_found(self) -> "RetrievalSettings":
        if self.rerank and self.rerank.candidates < self.passages:
            raise ValueError(f"rerank.candidates must be at least passages, {self.passages}, got {self.rerank.candidates}")
        return self


class GenerationSettings(SettingsModel):
    """How answers are written."""

    model: ModelId = "amazon.nova-lite-v1:0"
    """A model, or a geographic or global inference profile."""
    max_output_tokens: Annotated[int, Field(ge=1, le=32_768)] = 1024
    """The length of an answer at most."""
    temperature: Annotated[float, Field(ge=0, le=1)] = 0
    """How freely the model chooses its words."""
    instructions: Annotated[str, StringConstraints(max_length=2000)] = ""
    """What the model is told beside what it is always told, such as the tone."""
    prompt_caching: bool = False
    """Whether what the model is told is cached by Bedrock, where the model can."""
    application_profile: bool = True
    """Whether calls go through an application inference profile, whose tags split the cost."""

    @model_validator(mode="after")
    def _a_profile_is_made_of_an_id(self) -> "GenerationSettings":
        if self.application_profile and self.model.startswith("arn:"):
            raise ValueError(f"model must be an id when application_profile is true, got {self.model}")
        return self


class TopicSettings(SettingsModel):
    """Something that is not talked about."""

    name: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z][0-9a-zA-Z _!?.-]{0,99}$")]
    """What it is called in reports."""
    definition: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """What it is."""
    examples: Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...], Field(max_length=5)] = ()
    """What somebody might say about it."""


class PersonalDataSettings(SettingsModel):
    """One kind of personal data."""

    kind: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,49}$")]
    """Such as EMAIL, by the names of Bedrock Guardrails."""
    action: Literal["BLOCK", "ANONYMIZE"] = "ANONYMIZE"
    """Whether an answer with it is blocked, or it is taken out."""


class GuardrailSettings(SettingsModel):
    """What is neither asked nor answered."""

    content: Strength = "HIGH"
    """How strictly hate, insults, sexual content, violence and misconduct are filtered."""
    prompt_attacks: Strength = "HIGH"
    """How strictly attempts to take over the model are filtered, in questions and in documents."""
    topics: Annotated[tuple[TopicSettings, ...], Field(max_length=30)] = ()
    """What is not talked about."""
    words: Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...], Field(max_length=10_000)] = ()
    """Words that are not used."""
    profanity: bool = True
    """Whether AWS's list of profane words is among them."""
    personal_data: Annotated[tuple[PersonalDataSettings, ...], Field(max_length=31)] = ()
    """Personal data that answers don't hold."""
    grounding: Share | None = 0.7
    """Answers that stand in the passages less surely than this are withheld; null doesn't check. Bedrock checks up to 5,000 characters."""
    relevance: Share | None = 0.5
    """Answers that have less to do with the question than this are withheld; null doesn't check."""
    tier: Literal["CLASSIC", "STANDARD"] = "CLASSIC"
    """STANDARD knows more languages and needs data_may_move_to."""
    message: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "This can't be answered here."
    """What is said instead."""


class SessionSettings(SettingsModel):
    """Questions that go on from earlier ones."""

    enabled: bool = True
    """Whether they may."""
    hours: Annotated[int, Field(ge=1, le=8760)] = 24
    """How long a session is kept after its last question."""
    turns: Annotated[int, Field(ge=1, le=20)] = 6
    """How many earlier questions and answers the model sees."""


class CacheSettings(SettingsModel):
    """Answers to the same question are given again."""

    hours: Annotated[int, Field(ge=0, le=720)] = 0
    """How long; 0 writes each anew. An answer in the cache doesn't know of documents that came, or were deleted, later."""


class AnswerAlarmSettings(SettingsModel):
    """When alarms are raised."""

    latency_seconds: Annotated[float, Field(gt=0, le=900)] = 20
    """What 95 of 100 answers take at most."""
    tokens_per_day: Annotated[int, Field(ge=1000, le=1_000_000_000_000)] = 5_000_000
    """Tokens read and written in a day; each is billed."""
    blocked_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """Questions and answers that the guardrail blocks in an hour."""
    interventions_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """What it blocks or masks in an hour."""
    no_passages_percent: Annotated[float, Field(gt=0, le=100)] = 50
    """Questions of an hour for which nothing is found, of all."""
