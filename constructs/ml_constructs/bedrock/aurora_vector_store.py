"""Vectors in Amazon Aurora PostgreSQL."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from ml_constructs.bedrock.aurora_capacity import AuroraCapacity
from ml_constructs.bedrock.aurora_cluster import DATABASE, AuroraCluster
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.unique_names import content_hash
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.bedrock.vector_table import VectorTable
from ml_constructs.foundation import HandlerDefaults, Placement

MAX_DIMENSIONS = 2000
DEFAULT_CAPACITY = AuroraCapacity()
COLUMNS = {
    "custom_metadata_field": "custom_metadata",
    "metadata_field": "metadata",
    "primary_key_field": "id",
    "text_field": "chunks",
    "vector_field": "embedding",
}


class AuroraVectorStore(VectorStore):
    """A table in a serverless Aurora PostgreSQL cluster with pgvector: found by meaning and by words.

    Bedrock reaches it through the RDS Data API with the password of the master user, in a database that holds nothing else.

    Args:
        key: Encrypts whatever the cluster stores.
        embedding: Vectors of 32-bit numbers, at most 2,000 of them: pgvector indexes no more.
        placement: Network with isolated subnets in at least two availability zones.
        defaults: What the function that makes the table shares with others, and how long the log of the cluster is kept.
        capacity: How far the cluster scales.
        removal_policy: ``DESTROY`` deletes the cluster with the stack, without a last snapshot.
        revision: Stands for what the vectors are made by, such as a hash of chunking settings; another one begins a new, empty table.

    Raises:
        ValueError: No network, or vectors that pgvector can't index.

    See https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.VectorDB.html and
    https://github.com/pgvector/pgvector#hnsw
    """

    title = "Aurora PostgreSQL"
    search_types = ("SEMANTIC", "HYBRID")
    max_dimensions = MAX_DIMENSIONS

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        embedding: Embedding,
        placement: Placement | None,
        defaults: HandlerDefaults,
        capacity: AuroraCapacity = DEFAULT_CAPACITY,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        revision: str = "",
    ) -> None:
        super().__init__(scope, construct_id, embedding=embedding)
        if placement is None:
            raise ValueError("placement must be a network with isolated subnets for Aurora PostgreSQL, got None")
        self.cluster = AuroraCluster(
            self, "Database", key=key, placement=placement, capacity=capacity, defaults=defaults, removal_policy=removal_policy
        )
        name = f"chunks_{content_hash(self, embedding.dimensions, revision)}"
        self.table = VectorTable(
            self,
            "Table",
            cluster=self.cluster,
            name=name,
            dimensions=embedding.dimensions,
            defaults=defaults,
            removal_policy=removal_policy,
        )
        self.identity = content_hash(self, self.cluster.identity, name)
        self.ready.append(self.table)
        configuration = bedrock.CfnKnowledgeBase.RdsConfigurationProperty(
            credentials_secret_arn=self.cluster.secret_arn,
            database_name=DATABASE,
            field_mapping=bedrock.CfnKnowledgeBase.RdsFieldMappingProperty(**COLUMNS),
            resource_arn=self.cluster.arn,
            table_name=self.table.name,
        )
        self.storage = bedrock.CfnKnowledgeBase.StorageConfigurationProperty(type="RDS", rds_configuration=configuration)

    def grant_access(self, role: iam.Role) -> None:
        """Lets the role of a knowledge base read and write the database of this store."""
        role.add_to_policy(iam.PolicyStatement(actions=["rds:DescribeDBClusters"], resources=[self.cluster.arn]))
        self.cluster.grant_statements(role, "BatchExecuteStatement", "ExecuteStatement")
