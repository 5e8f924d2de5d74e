"""A knowledge base and its data sources."""

from dataclasses import asdict
from typing import Literal

from aws_cdk import Stack
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.bedrock import role_models
from ml_constructs.bedrock.base_configuration import base_configuration
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.knowledge_sources import KnowledgeSource
from ml_constructs.bedrock.unique_names import content_hash, unique_name
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.foundation import service_role
from ml_constructs.foundation.grants import WRITE, grant_listing, grant_objects

SERVICE = "bedrock.amazonaws.com"
MAX_NAME = 100
MAX_DESCRIPTION = 200
STORED_OBJECTS = ("DeleteObject", "GetObject", "PutObject")


class KnowledgeBase(Construct):
    """Turns documents into vectors of a store, and finds passages by a question.

    Its role may do what the store, the models and the sources need, and is complete before the knowledge base is made. Whatever
    CloudFormation replaces it for changes its name, so that old and new can stand next to each other.

    Args:
        store: Where vectors are kept, made for ``embedding``.
        embedding: The model, and what it is asked for.
        key: Encrypts what Bedrock keeps while it reads documents.
        description: At most 200 characters.
        extracted: Keeps figures and tables that multimodal parsing takes out of documents; not the bucket of a source.

    Raises:
        ValueError: A store that isn't made for these vectors, or a description that is too long.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        store: VectorStore,
        embedding: Embedding,
        key: kms.IKey,
        description: str = "",
        extracted: s3.IBucket | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        store.check(embedding)
        if len(description) > MAX_DESCRIPTION:
            raise ValueError(f"description must have at most {MAX_DESCRIPTION} characters, got {len(description)}")
        self.store, self.embedding, self._key, self._extracted = store, embedding, key, extracted
        own = Stack.of(self).format_arn(service="bedrock", resource="knowledge-base", resource_name="*")
        self.role = service_role(self, "Role", service=SERVICE, source_arn=own)
        role_models.allow_invoking(self.role, embedding.model, "embedding model")
        store.grant_access(self.role)
        self.role.add_to_policy(iam.PolicyStatement(actions=list(WRITE), resources=[key.key_arn]))
        if extracted is not None:
            grant_listing(extracted, self.role, "ListBucket")
            grant_objects(extracted, self.role, STORED_OBJECTS)
        kept_in = extracted.bucket_arn if extracted is not None else ""
        self.name = unique_name(self, store.title, store.identity, asdict(embedding), kept_in, max_length=MAX_NAME)
        self.resource = bedrock.CfnKnowledgeBase(
            self,
            "Resource",
            name=self.name,
            description=description or None,
            knowledge_base_configuration=base_configuration(self, embedding, extracted),
            role_arn=self.role.role_arn,
            storage_configuration=store.storage,
        )
        self.resource.node.add_dependency(self.role, *store.ready)
        self.knowledge_base_id = self.resource.attr_knowledge_base_id
        self.knowledge_base_arn = self.resource.attr_knowledge_base_arn

    def add_source(
        self, construct_id: str, source: KnowledgeSource, *, data_deletion: Literal["RETAIN", "DELETE"] = "RETAIN"
    ) -> bedrock.CfnDataSource:
        """Takes documents from ``source``, once an ingestion job runs.

        Args:
            construct_id: Of the data source, in this knowledge base.
            source: Where the documents are, and what happens to them.
            data_deletion: ``RETAIN`` lets the data source go whatever has become of the store, and leaves its vectors there, where they are
                still found: give the store another ``revision`` with it. ``DELETE`` takes them out, and fails without the store.

        Raises:
            ValueError: What the store doesn't take, or multimodal parsing without a bucket for what it takes out.

        See https://docs.aws.amazon.com/bedrock/latest/userguide/data-source-connectors.html
        """
        self._check(source)
        source.grant_reading(self.role)
        role_models.allow_ingestion(self.role, source, self._key)
        data_source = bedrock.CfnDataSource(
            self,
            construct_id,
            name=f"{construct_id}-{content_hash(self, self.name, source.kind, repr(source.chunking), repr(source.parsing))}",
            data_deletion_policy=data_deletion,
            data_source_configuration=source.configuration(),
            knowledge_base_id=self.knowledge_base_id,
            server_side_encryption_configuration=bedrock.CfnDataSource.ServerSideEncryptionConfigurationProperty(
                kms_key_arn=self._key.key_arn
            ),
            vector_ingestion_configuration=source.ingestion(self),
        )
        data_source.node.add_dependency(self.role)
        return data_source

    def _check(self, source: KnowledgeSource) -> None:
        self.store.check(self.embedding, source.chunking)
        self.store.check_source(source)
        if source.parsing is not None and source.parsing.multimodal and self._extracted is None:
            raise ValueError("extracted must be a bucket for what multimodal parsing takes out of documents, got None")

    def allow_reranking(self, model: str) -> None:
        """Lets retrievals order passages anew with a reranking model, which Bedrock invokes with the role of the knowledge base."""
        role_models.allow_reranking(self.role, model)

    def grant_retrieve(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` find passages."""
        return self.grant(grantee, "bedrock:Retrieve")

    def grant_ingest(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` start ingestion jobs, and see what becomes of them."""
        return self.grant(grantee, "bedrock:GetIngestionJob", "bedrock:StartIngestionJob")

    def grant(self, grantee: iam.IGrantable, *actions: str) -> iam.Grant:
        """Lets ``grantee`` act on this knowledge base and no other.

        Args:
            grantee: Gets the permission.
            actions: Full action names such as ``bedrock:ListKnowledgeBaseDocuments``.
        """
        return iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=[self.knowledge_base_arn])
