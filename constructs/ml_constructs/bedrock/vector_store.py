"""What every store of vectors offers a knowledge base."""

from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from ml_constructs.bedrock.chunking import Chunking
from ml_constructs.bedrock.embedding import MAX_DIMENSIONS, Embedding
from ml_constructs.bedrock.knowledge_sources import KnowledgeSource

EVERY_SOURCE = ("CONFLUENCE", "CUSTOM", "S3", "SALESFORCE", "SHAREPOINT", "WEB")
WITHOUT_CRAWLERS = ("CUSTOM", "S3")


class VectorStore(Construct):
    """Where a knowledge base keeps vectors; the base of every store, and of stores of your own.

    A store sets ``storage``, ``identity`` and ``ready``, and says what it takes by its class attributes.

    Attributes:
        storage: How the knowledge base finds the store.
        identity: Changes with whatever CloudFormation replaces the store for, so that names of knowledge bases change along.
        ready: What has to stand before the knowledge base is made.
        title: As AWS calls the service.
        search_types: How it can be searched.
        data_types: Vectors that it takes.
        max_dimensions: The longest vectors that it takes.
        max_stored_tokens: The longest chunk, together with its parent, that it keeps beside a vector; any when ``None``.
        source_types: Data sources that AWS offers for it.
        graph: Whether it keeps entities and how they relate, as context enrichment needs.

    Args:
        embedding: The vectors that it is made for.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-setup.html
    """

    storage: bedrock.CfnKnowledgeBase.StorageConfigurationProperty
    identity: str
    title = "the vector store"
    search_types: tuple[str, ...] = ("SEMANTIC",)
    data_types: tuple[str, ...] = ("FLOAT32",)
    max_dimensions = MAX_DIMENSIONS
    max_stored_tokens: int | None = None
    source_types: tuple[str, ...] = WITHOUT_CRAWLERS
    graph = False

    def __init__(self, scope: Construct, construct_id: str, *, embedding: Embedding) -> None:
        super().__init__(scope, construct_id)
        self.embedding = embedding
        self.ready: list[IConstruct] = []
        self.check(embedding)

    def grant_access(self, role: iam.Role) -> None:
        """Lets the role of a knowledge base read and write vectors."""
        raise NotImplementedError

    def check(self, embedding: Embedding, chunking: Chunking | None = None) -> None:
        """Refuses what the store can't hold.

        Args:
            embedding: Of the knowledge base.
            chunking: Of one of its data sources.

        Raises:
            ValueError: Vectors of another kind than the store is made for, or chunks that don't fit.
        """
        if embedding != self.embedding:
            raise ValueError(f"embedding must be that of {self.title}, {self.embedding}, got {embedding}")
        if embedding.data_type not in self.data_types:
            allowed = ", ".join(self.data_types)
            raise ValueError(f"data_type must be one of {allowed} for {self.title}, got {embedding.data_type!r}")
        if embedding.dimensions > self.max_dimensions:
            raise ValueError(f"dimensions must be at most {self.max_dimensions} for {self.title}, got {embedding.dimensions}")
        if chunking is not None and self.max_stored_tokens is not None and chunking.stored_tokens > self.max_stored_tokens:
            most = f"{self.max_stored_tokens} tokens together for {self.title}, which stores both with every vector"
            raise ValueError(f"a chunk and its parent must have at most {most}, got {chunking.stored_tokens}")

    def check_search_type(self, search_type: str) -> None:
        """Refuses a way to search that the store doesn't offer.

        Raises:
            ValueError: Such as ``HYBRID`` where no text is indexed.
        """
        if search_type not in self.search_types:
            raise ValueError(f"search_type must be one of {', '.join(self.search_types)} for {self.title}, got {search_type!r}")

    def check_source(self, source: KnowledgeSource) -> None:
        """Refuses a data source that AWS doesn't offer for the store.

        Raises:
            ValueError: Such as a web site for another store than OpenSearch Serverless, or entities for one that keeps no graph.
        """
        if source.kind not in self.source_types:
            raise ValueError(f"a source must be one of {', '.join(self.source_types)} for {self.title}, got {source.kind}")
        if source.enrichment is not None and not self.graph:
            raise ValueError(f"enrichment must be left out for {self.title}, which keeps no graph, got {source.enrichment.model!r}")
