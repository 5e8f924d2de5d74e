"""Vectors in Amazon S3."""

from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3vectors as s3vectors
from constructs import Construct

from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.unique_names import content_hash
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.foundation.grants import READ, grant_key

INDEXING = "indexing.s3vectors.amazonaws.com"
ENCRYPTION_CONTEXT = ("aws:s3vectors:arn", "aws:s3vectors:resource-id")
ACTIONS = ("DeleteVectors", "GetIndex", "GetVectors", "PutVectors", "QueryVectors")
# Bedrock's own texts, which would break the limit of 2 KB for what can be filtered by.
NOT_FILTERABLE = ("AMAZON_BEDROCK_METADATA", "AMAZON_BEDROCK_TEXT")
# S3 Vectors keeps 40 KB with a vector, which more tokens may exceed: https://docs.aws.amazon.com/bedrock/latest/userguide/kb-chunking.html
MAX_STORED_TOKENS = 8000


class S3VectorStore(VectorStore):
    """An index in a vector bucket: paid for by what is stored and asked, searched by meaning alone.

    Documents may have 35 attributes of 1 KB together. AWS names bucket and index, so that both can be replaced.

    Args:
        key: Encrypts bucket and index; its policy is extended for the service that keeps indexes in order.
        embedding: Vectors of 32-bit numbers.
        removal_policy: ``DESTROY`` deletes the vectors with the stack.
        revision: Stands for what the vectors are made by, such as a hash of chunking settings; another one begins a new, empty index.

    Raises:
        ValueError: Binary vectors.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-setup.html and
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html
    """

    title = "S3 Vectors"
    max_stored_tokens = MAX_STORED_TOKENS

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        embedding: Embedding,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        revision: str = "",
    ) -> None:
        super().__init__(scope, construct_id, embedding=embedding)
        self._key = key
        self._allow_indexing()
        self.bucket = s3vectors.CfnVectorBucket(
            self,
            "Bucket",
            encryption_configuration=s3vectors.CfnVectorBucket.EncryptionConfigurationProperty(kms_key_arn=key.key_arn, sse_type="aws:kms"),
        )
        self.identity = content_hash(self, embedding.dimensions, key.key_arn, revision)
        self.index = s3vectors.CfnIndex(
            self,
            # A name would stand in the way of a replacement, so that another revision shows in the id.
            f"Index{content_hash(self, revision)}" if revision else "Index",
            data_type="float32",
            dimension=embedding.dimensions,
            distance_metric="cosine",
            encryption_configuration=s3vectors.CfnIndex.EncryptionConfigurationProperty(kms_key_arn=key.key_arn, sse_type="aws:kms"),
            metadata_configuration=s3vectors.CfnIndex.MetadataConfigurationProperty(non_filterable_metadata_keys=list(NOT_FILTERABLE)),
            vector_bucket_arn=self.bucket.attr_vector_bucket_arn,
        )
        for resource in (self.bucket, self.index):
            resource.apply_removal_policy(removal_policy)
        self.ready.append(self.index)
        self.storage = bedrock.CfnKnowledgeBase.StorageConfigurationProperty(
            type="S3_VECTORS",
            s3_vectors_configuration=bedrock.CfnKnowledgeBase.S3VectorsConfigurationProperty(index_arn=self.index.attr_index_arn),
        )

    def grant_access(self, role: iam.Role) -> None:
        """Lets the role of a knowledge base read and write vectors of this index."""
        actions = [f"s3vectors:{action}" for action in ACTIONS]
        role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[self.index.attr_index_arn]))
        grant_key(self._key, role, READ, service="s3vectors")

    def _allow_indexing(self) -> None:
        stack = Stack.of(self)
        conditions: dict[str, Any] = {
            "ArnLike": {"aws:SourceArn": stack.format_arn(service="s3vectors", resource="bucket", resource_name="*")},
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": list(ENCRYPTION_CONTEXT)},
        }
        principals = [iam.ServicePrincipal(INDEXING)]
        statement = iam.PolicyStatement(principals=principals, actions=["kms:Decrypt"], resources=["*"], conditions=conditions)
        self._key.add_to_resource_policy(statement)
