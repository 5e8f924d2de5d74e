"""Answers questions from documents, with citations."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct
from pydantic import Field, model_validator

from ml_constructs.bedrock.answer_alarms import AnswerThresholds, watch_answers
from ml_constructs.bedrock.answer_api import AnswerApi
from ml_constructs.bedrock.answer_metrics import answer_graphs
from ml_constructs.bedrock.answer_options import AnswerOptions, Sessions, Tenancy
from ml_constructs.bedrock.answer_service import AnswerService
from ml_constructs.bedrock.answer_users import AnswerUsers, existing_pool
from ml_constructs.bedrock.aurora_capacity import AuroraCapacity
from ml_constructs.bedrock.aurora_vector_store import AuroraVectorStore
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.generation import Generation
from ml_constructs.bedrock.guardrail import Guardrail
from ml_constructs.bedrock.guardrail_policy import GEOGRAPHIES
from ml_constructs.bedrock.inference_profile import InferenceProfile
from ml_constructs.bedrock.invocation_logging import InvocationLogging
from ml_constructs.bedrock.knowledge_base import KnowledgeBase
from ml_constructs.bedrock.knowledge_sources import S3Source
from ml_constructs.bedrock.knowledge_sync import KnowledgeSync
from ml_constructs.bedrock.models import profile_geography, refuse_shared_data
from ml_constructs.bedrock.opensearch_capacity import ScaleToZero
from ml_constructs.bedrock.opensearch_vector_store import OpenSearchVectorStore
from ml_constructs.bedrock.retrieval import Retrieval
from ml_constructs.bedrock.s3_vector_store import S3VectorStore
from ml_constructs.bedrock.sync_options import DOCUMENT_TYPES, IMAGE_TYPES, SyncOptions
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.foundation import SecureBucket
from ml_constructs.foundation.api_stage import Throttle
from ml_constructs.operations import Dashboard
from stacks.base import BlueprintSettings, BlueprintStack, DeploymentContext
from stacks.knowledge_base_rag_options import chunking_of, hours, parsing_of, policy_of, revision_of, source_of
from stacks.knowledge_base_rag_settings import (
    AnswerAlarmSettings,
    AuroraSettings,
    CacheSettings,
    ChunkingSettings,
    EmbeddingSettings,
    FixedChunkingSettings,
    GenerationSettings,
    Geography,
    GuardrailSettings,
    LimitSettings,
    OpenSearchSettings,
    ParsingSettings,
    RetrievalSettings,
    SessionSettings,
    SourceSettings,
    SyncSettings,
    TenancySettings,
    UserSettings,
)
from stacks.settings.models import NetworkChoice

TENANTS = "tenants/"
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
    def _models_fit(self) -> "KnowledgeBaseRagSettings":
        rerank, parsing, generation = self.retrieval.rerank, self.parsing, self.generation
        if rerank and rerank.candidates < self.retrieval.passages:
            least = f"retrieval.passages, {self.retrieval.passages}"
            raise ValueError(f"retrieval.rerank.candidates must be at least {least}, got {rerank.candidates}")
        if (parsing.strategy == "foundation-model") != (parsing.model is not None):
            given = f"{parsing.model} with {parsing.strategy}"
            raise ValueError(f"parsing.model must be given with strategy foundation-model and only then, got {given}")
        if parsing.prompt is not None and parsing.model is None:
            raise ValueError(f"parsing.prompt must be left out unless parsing.strategy is foundation-model, got {parsing.strategy}")
        if generation.application_profile and generation.model.startswith("arn:"):
            raise ValueError(f"generation.model must be an id when generation.application_profile is true, got {generation.model}")
        return self

    @model_validator(mode="after")
    def _capacity_is_offered(self) -> "KnowledgeBaseRagSettings":
        aurora, opensearch = self.aurora, self.opensearch
        if aurora.max_capacity_units < aurora.min_capacity_units:
            least = f"min_capacity_units, {aurora.min_capacity_units}"
            raise ValueError(f"aurora.max_capacity_units must be at least {least}, got {aurora.max_capacity_units}")
        if opensearch.scale_to_zero:
            ScaleToZero(max_capacity_units=opensearch.max_capacity_units)
            if not opensearch.standby_replicas:
                raise ValueError("opensearch.standby_replicas must be true when opensearch.scale_to_zero is true, got false")
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
        Embedding(**self.embedding.model_dump())
        policy = policy_of(self.guardrail, geography=self.data_may_move_to)
        self.options.check_grounding(policy.grounding)
        return self


class KnowledgeBaseRagStack(BlueprintStack):
    """Documents, their vectors and passages, the guardrail and the model, and the API that is asked."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: KnowledgeBaseRagSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        options, defaults = settings.options, self.defaults
        documents = self._bucket("Documents", event_bridge=True)
        base = self._knowledge_base(settings)
        sources = self._sources(settings, base, documents)
        sync = KnowledgeSync(
            self, "Sync", knowledge_base=base, sources=sources, bucket=documents, options=self._sync(settings), defaults=defaults
        )
        policy = policy_of(settings.guardrail, geography=settings.data_may_move_to)
        guardrail = Guardrail(self, "Guardrail", policy=policy, key=self.key)
        service = AnswerService(
            self,
            "Answers",
            knowledge_base=base,
            model=self._model(settings),
            guardrail=guardrail,
            options=options,
            defaults=defaults,
            streaming=settings.streaming,
            max_concurrency=settings.limits.concurrency,
        )
        users, pool = self._users(settings, options.tenancy)
        api = AnswerApi(
            self,
            "Api",
            service=service,
            users=pool,
            defaults=defaults,
            endpoint=self.network.endpoints["execute-api"] if self.network and settings.api == "private" else None,
            limits=Throttle(**settings.limits.model_dump(exclude={"question_characters", "concurrency"})),
        )
        if settings.invocation_logging:
            retention = cdk.Duration.days(settings.log_retention_days)
            InvocationLogging(self, "Logging", key=self.key, access_logs=self.access_logs, defaults=defaults, retention=retention)
        thresholds = AnswerThresholds(**settings.alarms.model_dump())
        watch_answers(self.alarms, service=service, api=api, thresholds=thresholds)
        sync.watch(self.alarms)
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs={**answer_graphs(service, api), **sync.graphs})
        self._output(
            DocumentsBucketName=documents.bucket_name,
            KnowledgeBaseId=base.knowledge_base_id,
            DataSourceId=sources["Documents"],
            AnswersUrl=api.answers_url,
            StreamUrl=api.stream_url,
            SyncQueueUrl=sync.changes.queue_url,
            SyncStateMachineArn=sync.workflow.machine.state_machine_arn,
            FailedDocumentsQueueUrl=sync.failed.queue_url,
            GuardrailArn=guardrail.guardrail_arn,
            UserPoolId=pool.user_pool_id if pool else None,
            UserPoolClientId=users.client.user_pool_client_id if users else None,
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
        )

    def _bucket(self, construct_id: str, *, event_bridge: bool = False) -> SecureBucket:
        return SecureBucket(
            self,
            construct_id,
            key=self.key,
            access_logs=self.access_logs,
            event_bridge=event_bridge,
            removal_policy=self.removal_policy,
        )

    def _knowledge_base(self, settings: KnowledgeBaseRagSettings) -> KnowledgeBase:
        embedding = Embedding(**settings.embedding.model_dump())
        extracted = self._bucket("Extracted") if settings.parsing.strategy == "data-automation" else None
        store = self._store(settings, embedding)
        return KnowledgeBase(self, "KnowledgeBase", store=store, embedding=embedding, key=self.key, extracted=extracted)

    def _store(self, settings: KnowledgeBaseRagSettings, embedding: Embedding) -> VectorStore:
        common: dict[str, Any] = {
            "key": self.key,
            "embedding": embedding,
            "removal_policy": self.removal_policy,
            "revision": revision_of(
                chunking=settings.chunking, parsing=settings.parsing, embedding=settings.embedding, number=settings.revision
            ),
        }
        opensearch, aurora = settings.opensearch, settings.aurora
        if settings.vector_store == "opensearch-serverless":
            rests = ScaleToZero(max_capacity_units=opensearch.max_capacity_units) if opensearch.scale_to_zero else None
            return OpenSearchVectorStore(self, "Store", standby_replicas=opensearch.standby_replicas, scale_to_zero=rests, **common)
        if settings.vector_store == "aurora-pgvector":
            capacity = AuroraCapacity(minimum=aurora.min_capacity_units, maximum=aurora.max_capacity_units)
            placement, defaults = self.defaults.placement, self.defaults
            return AuroraVectorStore(self, "Store", placement=placement, defaults=defaults, capacity=capacity, **common)
        return S3VectorStore(self, "Store", **common)

    def _sources(self, settings: KnowledgeBaseRagSettings, base: KnowledgeBase, documents: SecureBucket) -> dict[str, str]:
        """The data sources that are looked through, by their names; documents that are handed over one by one are not."""
        ingestion: dict[str, Any] = {"chunking": chunking_of(settings.chunking), "parsing": parsing_of(settings.parsing)}
        prefixes = (TENANTS,) if settings.tenancy.enabled else ()
        found = {"Documents": base.add_source("Documents", S3Source(bucket=documents, prefixes=prefixes, **ingestion))}
        for number, source in enumerate(settings.sources, 1):
            added = base.add_source(f"Source{number}", source_of(self, number, source, ingestion))
            found |= {f"Source{number}": added} if source.type != "custom" else {}
        return {name: source.attr_data_source_id for name, source in found.items()}

    def _sync(self, settings: KnowledgeBaseRagSettings) -> SyncOptions:
        read = DOCUMENT_TYPES if settings.parsing.strategy == "default" else (*DOCUMENT_TYPES, *IMAGE_TYPES)
        attribute = settings.tenancy.attribute if settings.tenancy.enabled else None
        return SyncOptions(**settings.sync.model_dump(), tenant_attribute=attribute, file_types=read)

    def _model(self, settings: KnowledgeBaseRagSettings) -> InferenceProfile | str:
        model = settings.generation.model
        return InferenceProfile(self, "Profile", model_id=model) if settings.generation.application_profile else model

    def _users(self, settings: KnowledgeBaseRagSettings, tenancy: Tenancy | None) -> tuple[AnswerUsers | None, cognito.IUserPool | None]:
        if settings.auth != "cognito":
            return None, None
        if settings.users.pool_arn:
            return None, existing_pool(self, "Pool", settings.users.pool_arn)
        users = AnswerUsers(self, "Users", tenancy=tenancy, mfa=settings.users.mfa, removal_policy=self.removal_policy)
        return users, users.pool

    def _output(self, **outputs: str | None) -> None:
        for name, value in outputs.items():
            if value is not None:
                cdk.CfnOutput(self, name, value=value)
