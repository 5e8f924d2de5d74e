"""Answers questions from documents, with citations."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from ml_constructs.bedrock.answer_alarms import AnswerThresholds, watch_answers
from ml_constructs.bedrock.answer_api import AnswerApi
from ml_constructs.bedrock.answer_metrics import answer_graphs
from ml_constructs.bedrock.answer_options import Tenancy
from ml_constructs.bedrock.answer_service import AnswerService
from ml_constructs.bedrock.answer_users import AnswerUsers, existing_pool
from ml_constructs.bedrock.aurora_capacity import AuroraCapacity
from ml_constructs.bedrock.aurora_vector_store import AuroraVectorStore
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.guardrail import Guardrail
from ml_constructs.bedrock.inference_profile import InferenceProfile
from ml_constructs.bedrock.invocation_logging import InvocationLogging
from ml_constructs.bedrock.knowledge_base import KnowledgeBase
from ml_constructs.bedrock.knowledge_sources import S3Source
from ml_constructs.bedrock.knowledge_sync import KnowledgeSync
from ml_constructs.bedrock.opensearch_capacity import ScaleToZero
from ml_constructs.bedrock.opensearch_vector_store import OpenSearchVectorStore
from ml_constructs.bedrock.s3_vector_store import S3VectorStore
from ml_constructs.bedrock.sync_options import DOCUMENT_TYPES, IMAGE_TYPES, SyncOptions
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.foundation import SecureBucket
from ml_constructs.foundation.api_stage import Throttle
from ml_constructs.operations import Dashboard
from stacks.base import BlueprintStack, DeploymentContext
from stacks.knowledge_base_rag_options import chunking_of, parsing_of, policy_of, revision_of, source_of
from stacks.knowledge_base_rag_settings import KnowledgeBaseRagSettings

TENANTS = "tenants/"


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
        self.output(
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
