"""Vectors in Amazon OpenSearch Serverless."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_opensearchserverless as aoss
from constructs import Construct

from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.opensearch_capacity import ScaleToZero, collection_group
from ml_constructs.bedrock.opensearch_index import field_mapping, vector_index
from ml_constructs.bedrock.opensearch_policies import MANAGE, MAX_NAME, READ_AND_WRITE, CollectionSecurity, index_access
from ml_constructs.bedrock.unique_names import content_hash, lasting_name
from ml_constructs.bedrock.vector_store import EVERY_SOURCE, VectorStore

CDK_QUALIFIER = "hnb659fds"
INDEXES = "embeddings-"


class OpenSearchVectorStore(VectorStore):
    """An index in a private collection: found by meaning and by words, and open to every kind of data source.

    The index is a resource of CloudFormation, which makes it as the identity that deploys; an access policy has to name that identity.
    AWS documents that its own API gets into a private collection where the network policy names ``aoss.amazonaws.com``, as this one does;
    it doesn't say whether CloudFormation goes that way. Nor does AWS say whether knowledge bases take collections that scale to zero.

    Args:
        key: Encrypts the collection.
        embedding: Vectors of 32-bit numbers; CloudFormation has no type for binary ones.
        standby_replicas: Whether a second availability zone stands by; without, it is cheaper and for trying out.
        scale_to_zero: Puts the collection into a group whose capacity goes to zero; else it has 2 units at least, or 1 without replicas.
        deployment_role_arn: The role with which CloudFormation deploys; that of the CDK's bootstrap stack when left out.
        removal_policy: ``DESTROY`` deletes the vectors with the stack.
        revision: Stands for what the vectors are made by, such as a hash of chunking settings; another one begins a new, empty index.

    Raises:
        ValueError: Binary vectors, or a collection that scales to zero without replicas, which AWS doesn't offer.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-setup.html and
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-semantic-enrichment.html
    """

    title = "OpenSearch Serverless"
    search_types = ("SEMANTIC", "HYBRID")
    source_types = EVERY_SOURCE

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        embedding: Embedding,
        standby_replicas: bool = True,
        scale_to_zero: ScaleToZero | None = None,
        deployment_role_arn: str | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        revision: str = "",
    ) -> None:
        super().__init__(scope, construct_id, embedding=embedding)
        if scale_to_zero and not standby_replicas:
            raise ValueError("standby_replicas must be True when scale_to_zero is set, got False")
        self.group = collection_group(self, "Group", scale_to_zero) if scale_to_zero else None
        self.collection_name = lasting_name(self, key.key_arn, standby_replicas, bool(scale_to_zero), max_length=MAX_NAME)
        self.index_name = f"{INDEXES}{content_hash(self, embedding.dimensions, revision)}"
        self.identity = content_hash(self, self.collection_name, self.index_name)
        self.security = CollectionSecurity(self, "Security", collection=self.collection_name, key=key, removal_policy=removal_policy)
        self.collection = aoss.CfnCollection(
            self,
            "Collection",
            name=self.collection_name,
            collection_group_name=self.group.name if self.group else None,
            deletion_protection="DISABLED" if removal_policy is RemovalPolicy.DESTROY else "ENABLED",
            standby_replicas="ENABLED" if standby_replicas else "DISABLED",
            type="VECTORSEARCH",
        )
        self.collection.node.add_dependency(self.security, *filter(None, [self.group]))
        self.index = vector_index(
            self,
            "Index",
            collection=self.collection,
            name=self.index_name,
            dimensions=embedding.dimensions,
            next_generation=scale_to_zero is not None,
        )
        self._allow("Deployment", deployment_role_arn or _bootstrapped_role(self), MANAGE)
        self.ready.append(self.index)
        for resource in filter(None, (self.collection, self.index, self.group)):
            resource.apply_removal_policy(removal_policy)
        self.storage = self._storage()

    def grant_access(self, role: iam.Role) -> None:
        """Lets the role of a knowledge base read and write documents of this store."""
        role.add_to_policy(iam.PolicyStatement(actions=["aoss:APIAccessAll"], resources=[self.collection.attr_arn]))
        self._allow(f"Access{content_hash(self, role.node.path)}", role.role_arn, READ_AND_WRITE)

    def _allow(self, construct_id: str, principal_arn: str, permissions: Sequence[str]) -> None:
        policy = index_access(
            self,
            construct_id,
            collection=self.collection_name,
            prefix=INDEXES,
            principal_arn=principal_arn,
            permissions=permissions,
        )
        # It takes minutes until a policy is in force, and minutes until there is a collection.
        self.collection.node.add_dependency(policy)

    def _storage(self) -> bedrock.CfnKnowledgeBase.StorageConfigurationProperty:
        configuration = bedrock.CfnKnowledgeBase.OpenSearchServerlessConfigurationProperty(
            collection_arn=self.collection.attr_arn, field_mapping=field_mapping(), vector_index_name=self.index_name
        )
        return bedrock.CfnKnowledgeBase.StorageConfigurationProperty(
            type="OPENSEARCH_SERVERLESS", opensearch_serverless_configuration=configuration
        )


def _bootstrapped_role(scope: Construct) -> str:
    """The role that CloudFormation gets from a stack bootstrapped by the CDK.

    See https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
    """
    stack = Stack.of(scope)
    name = f"cdk-{stack.synthesizer.bootstrap_qualifier or CDK_QUALIFIER}-cfn-exec-role-{stack.account}-{stack.region}"
    return stack.format_arn(service="iam", region="", resource="role", resource_name=name)
