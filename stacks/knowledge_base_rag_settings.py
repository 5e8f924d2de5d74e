"""Settings of a knowledge base that answers."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ml_constructs.bedrock.answer_options import AnswerOptions, Sessions, Tenancy
from ml_constructs.bedrock.aurora_vector_store import AuroraVectorStore
from ml_constructs.bedrock.generation import Generation
from ml_constructs.bedrock.guardrail_policy import GEOGRAPHIES
from ml_constructs.bedrock.models import profile_geography, refuse_shared_data
from ml_constructs.bedrock.opensearch_vector_store import OpenSearchVectorStore
from ml_constructs.bedrock.retrieval import Retrieval
from ml_constructs.bedrock.s3_vector_store import S3VectorStore
from ml_constructs.bedrock.vector_store import VectorStore
from stacks.knowledge_base_rag_answers import (
    AnswerAlarmSettings,
    CacheSettings,
    GenerationSettings,
    GuardrailSettings,
    RetrievalSettings,
    SessionSettings,
)
from stacks.knowledge_base_rag_callers import LimitSettings, TenancySettings, UserSettings
from stacks.knowledge_base_rag_options import chunking_of, hours, policy_of
from stacks.knowledge_base_rag_passages import (
    AuroraSettings,
    ChunkingSettings,
    EmbeddingSettings,
    FixedChunkingSettings,
    OpenSearchSettings,
    ParsingSettings,
)
from stacks.knowledge_base_rag_sources import SourceSettings, SyncSettings
from stacks.settings.models import BlueprintSettings, NetworkChoice

Geography = Literal["none", "us", "eu", "apac", "jp", "au", "us-gov", "global"]
STORES: Mapping[str, type[VectorStore]] = {
    "s3-vectors": S3VectorStore,
    "opensearch-serverless": OpenSearchVectorStore,
    "aurora-pgvector": AuroraVectorStore,
}


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
    chunking: Annotated[ChunkingSettings, Field(discriminator="strategy")] = FixedChunkingSettings()
    """How documents are cut into passages; a change makes a new knowledge base."""
    parsing: ParsingSettings = ParsingSettings()
    """How text is read from documents."""
    sources: Annotated[tuple[Annotated[SourceSettings, Field(discriminator="type")], ...], Field(max_length=4)] = ()
    """Where documents come from beside the bucket of the deployment."""
    revision: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Another number begins with an empty store: passages of a source that was taken away are found until then."""
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
        return ("bedrock-agent", "bedrock-agent-runtime", "bedrock-runtime", "sqs", "states")

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
        }
        return {path: model for path, model in given.items() if model is not None}

    def conflicts(self, *, compliance: str, network: NetworkChoice) -> Iterator[tuple[tuple[str, ...], str]]:
        """Finds models that share prompts or take them elsewhere, and parts that the network doesn't suit."""
        moves = "takes text to other regions; allowed: with data_may_move_to"
        for path, model in self._models.items():
            geography = profile_geography(model.rpartition("/")[2])  # of an ARN, what it ends with
            if geography is not None and self.data_may_move_to not in (geography, "global"):
                yield path, f"{model} {moves} {geography}, got {self.data_may_move_to}"
            if compliance != "baseline":
                try:
                    refuse_shared_data(".".join(path), model)
                except ValueError as error:
                    yield path, f"{error}; compliance {compliance} demands it"
        if self.parsing.strategy == "data-automation" and self.data_may_move_to == "none":
            yield ("parsing", "strategy"), f"data-automation {moves} the geography of the region, got none"
        if self.vector_store == "aurora-pgvector" and network == "none":
            others = ", ".join(store for store in STORES if store != self.vector_store)
            yield ("vector_store",), f"{self.vector_store} is not allowed without a network; allowed: {others}"
        if self.api == "private" and network != "own":
            yield ("api",), "private is not allowed unless network is own; allowed: regional"

    @property
    def options(self) -> AnswerOptions:
        """How questions are answered."""
        rerank = self.retrieval.rerank
        chosen: dict[str, Any] = {"rerank_model": rerank.model, "candidates": rerank.candidates} if rerank else {}
        return AnswerOptions(
            generation=Generation(model_id=self.generation.model, **self.generation.model_dump(exclude={"model", "application_profile"})),
            retrieval=Retrieval(passages=self.retrieval.passages, search_type=self.retrieval.search.upper(), **chosen),
            sessions=Sessions(hours=self.sessions.hours, turns=self.sessions.turns) if self.sessions.enabled else None,
            cache=hours(self.cache.hours),
            tenancy=Tenancy(claim=self.tenancy.claim, attribute=self.tenancy.attribute) if self.tenancy.enabled else None,
            max_question_characters=self.limits.question_characters,
            allowed_clients=self.users.client_ids,
        )

    @model_validator(mode="after")
    def _store_can(self) -> "KnowledgeBaseRagSettings":
        store, search = STORES[self.vector_store], self.retrieval.search.upper()
        if search not in store.search_types:
            raise ValueError(f"retrieval.search must be semantic when vector_store is {self.vector_store}, got {self.retrieval.search}")
        most, tokens = store.max_stored_tokens, chunking_of(self.chunking).stored_tokens
        if most is not None and tokens > most:
            raise ValueError(
                f"chunking must store at most {most} tokens with a vector when vector_store is {self.vector_store}, got {tokens}"
            )
        if wrong := [source.type for source in self.sources if source.type.upper() not in store.source_types]:
            allowed = ", ".join(kind.lower() for kind in store.source_types)
            raise ValueError(f"sources must be of type {allowed} when vector_store is {self.vector_store}, got {', '.join(wrong)}")
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

    @model_validator(mode="after")
    def _clients_are_known(self) -> "KnowledgeBaseRagSettings":
        pool, clients = self.users.pool_arn, self.users.client_ids
        if clients and (pool is None or self.auth != "cognito"):
            raise ValueError(
                "users.client_ids must be left out unless users.pool_arn is given and auth is cognito, because only tokens of a pool "
                f"that stands already name other clients, got {', '.join(clients)}"
            )
        if self.tenancy.enabled and pool is not None and not clients:
            raise ValueError(
                "users.client_ids must name a client at least when tenancy.enabled is true and users.pool_arn is given, because users of "
                "a client that may write the tenancy.claim could choose their tenant, got none"
            )
        return self

    @model_validator(mode="after")
    def _values_are_taken(self) -> "KnowledgeBaseRagSettings":
        """What the constructs refuse is refused here, before anything is defined."""
        if self.guardrail.tier == "STANDARD" and self.data_may_move_to not in GEOGRAPHIES:
            allowed = f"{', '.join(GEOGRAPHIES)} when guardrail.tier is STANDARD, because it takes text to other regions"
            raise ValueError(f"data_may_move_to must be one of {allowed}, got {self.data_may_move_to}")
        policy = policy_of(self.guardrail, geography=self.data_may_move_to)
        self.options.check_grounding(policy.grounding)
        return self
