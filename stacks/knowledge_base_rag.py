"""Answers questions from documents, with citations."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stacks.base import BlueprintSettings
from stacks.knowledge_base_settings import (
    AnswerAlarmSettings,
    AuroraSettings,
    CacheSettings,
    Chunking,
    EmbeddingSettings,
    FixedChunkingSettings,
    GenerationSettings,
    Geography,
    GuardrailSettings,
    LimitSettings,
    ModelId,
    OpenSearchSettings,
    ParsingSettings,
    RetrievalSettings,
    SessionSettings,
    Source,
    SyncSettings,
    TenancySettings,
    UserSettings,
)
from stacks.settings.models import NetworkChoice

STORES = ("s3-vectors", "opensearch-serverless", "aurora-pgvector")


class KnowledgeBaseRagSettings(BlueprintSettings):
    """Settings of a knowledge base that answers."""

    vector_store: Literal["s3-vectors", "opensearch-serverless", "aurora-pgvector"] = "s3-vectors"
    """Where vectors lie: the cheapest; the one that also searches words; the one in your own database engine."""
    opensearch: OpenSearchSettings = OpenSearchSettings()
    """The collection, with opensearch-serverless."""
    aurora: AuroraSettings = AuroraSettings()
    """The cluster, with aurora-pgvector."""
    embedding: EmbeddingSettings = EmbeddingSettings()
    """How text becomes vectors."""
    chunking: Chunking = FixedChunkingSettings()
    """How documents are cut into passages; a change makes new data sources."""
    parsing: ParsingSettings = ParsingSettings()
    """How text is read from documents."""
    context_enrichment: ModelId | None = None
    """A model that adds to each passage what it is about; left out, none does."""
    sources: Annotated[tuple[Source, ...], Field(max_length=4)] = ()
    """Where documents come from beside the bucket of the deployment."""
    retrieval: RetrievalSettings = RetrievalSettings()
    """How passages are found."""
    generation: GenerationSettings = GenerationSettings()
    """How answers are written."""
    data_may_move_to: Geography = "none"
    """Where inference profiles and guardrails may take text to be processed; none keeps it in the region."""
    guardrail: GuardrailSettings = GuardrailSettings()
    """What is neither asked nor answered."""
    tenancy: TenancySettings = TenancySettings()
    """Whether callers see the passages of their own tenant only."""
    auth: Literal["iam", "cognito"] = "iam"
    """How callers show who they are."""
    users: UserSettings = UserSettings()
    """Who may ask, with cognito."""
    api: Literal["regional", "private"] = "regional"
    """Whether the API answers on the internet, behind a firewall, or in the deployment's own network only."""
    streaming: bool = True
    """Whether there is a second address that sends answers while they are written."""
    sessions: SessionSettings = SessionSettings()
    """Questions that go on from earlier ones."""
    cache: CacheSettings = CacheSettings()
    """Answers to the same question are given again."""
    sync: SyncSettings = SyncSettings()
    """When documents are taken in."""
    limits: LimitSettings = LimitSettings()
    """What callers may do."""
    invocation_logging: bool = False
    """Whether this deployment switches on the logging of all calls to models in this account and region, with what was said."""
    alarms: AnswerAlarmSettings = AnswerAlarmSettings()
    """When alarms are raised."""

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The services that the functions call."""
        logging = ("bedrock", "ssm") if self.invocation_logging else ()
        return (*logging, "bedrock-agent", "bedrock-agent-runtime", "bedrock-runtime", "sqs", "states")

    @property
    def private_endpoints(self) -> tuple[str, ...]:
        """The one that callers of a private API use."""
        return ("execute-api",) if self.api == "private" else ()

    @property
    def _models(self) -> dict[tuple[str, ...], str]:
        """The models by the paths of their settings."""
        given = {
            ("embedding", "model"): self.embedding.model,
            ("generation", "model"): self.generation.model,
            ("retrieval", "rerank", "model"): self.retrieval.rerank.model if self.retrieval.rerank else None,
            ("parsing", "model"): self.parsing.model,
            ("context_enrichment",): self.context_enrichment,
        }
        return {path: model for path, model in given.items() if model is not None}

    def conflicts(self, *, compliance: str, network: NetworkChoice) -> Iterator[tuple[tuple[str, ...], str]]:
        """Finds models that share prompts or take them elsewhere, and parts that the network doesn't suit."""
        # Imported late: it loads the CDK, which a look at the settings doesn't need.
        from ml_constructs.bedrock.models import profile_geography, refuse_shared_data

        for path, model in self._models.items():
            geography = profile_geography(model)
            if geography is not None and self.data_may_move_to not in (geography, "global"):
                yield path, f"{model} takes text to other regions; allowed: with data_may_move_to {geography}, got {self.data_may_move_to}"
            if compliance != "baseline":
                try:
                    refuse_shared_data(".".join(path), model)
                except ValueError as error:
                    yield path, f"{error}; compliance {compliance} demands it"
        if self.guardrail.tier == "STANDARD" and self.data_may_move_to == "none":
            why = "because it takes text to other regions"
            yield ("guardrail", "tier"), f"STANDARD is not allowed with data_may_move_to none, {why}; allowed: CLASSIC"
        if self.vector_store == "aurora-pgvector" and network == "none":
            others = ", ".join(store for store in STORES if store != self.vector_store)
            yield ("vector_store",), f"{self.vector_store} is not allowed without a network; allowed: {others}"
        if self.api == "private" and network != "own":
            yield ("api",), "private is not allowed unless network is own; allowed: regional"

    @model_validator(mode="after")
    def _store_can(self) -> "KnowledgeBaseRagSettings":
        if self.retrieval.search == "hybrid" and self.vector_store == "s3-vectors":
            raise ValueError("retrieval.search must be semantic when vector_store is s3-vectors, got hybrid")
        if self.embedding.data_type == "BINARY" and self.vector_store != "opensearch-serverless":
            raise ValueError(f"embedding.data_type must be FLOAT32 when vector_store is {self.vector_store}, got BINARY")
        return self

    @model_validator(mode="after")
    def _models_fit(self) -> "KnowledgeBaseRagSettings":
        rerank, parsing, aurora = self.retrieval.rerank, self.parsing, self.aurora
        if rerank and rerank.candidates < self.retrieval.passages:
            least = f"retrieval.passages, {self.retrieval.passages}"
            raise ValueError(f"retrieval.rerank.candidates must be at least {least}, got {rerank.candidates}")
        if (parsing.strategy == "foundation-model") != (parsing.model is not None):
            given = f"{parsing.model} with {parsing.strategy}"
            raise ValueError(f"parsing.model must be given with strategy foundation-model and only then, got {given}")
        if aurora.max_capacity_units < aurora.min_capacity_units:
            least = f"min_capacity_units, {aurora.min_capacity_units}"
            raise ValueError(f"aurora.max_capacity_units must be at least {least}, got {aurora.max_capacity_units}")
        return self

    @model_validator(mode="after")
    def _tenants_are_known(self) -> "KnowledgeBaseRagSettings":
        if self.tenancy.enabled and self.auth != "cognito":
            raise ValueError("auth must be cognito when tenancy.enabled is true, because only its tokens name a tenant, got iam")
        crawled = [source.type for source in self.sources if source.type not in ("s3", "custom")]
        if self.tenancy.enabled and crawled:
            allowed = "of type s3 or custom when tenancy.enabled is true, because others belong to no tenant"
            raise ValueError(f"sources must be {allowed}, got {', '.join(crawled)}")
        return self
