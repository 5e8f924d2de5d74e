"""What a knowledge base takes documents from."""

from dataclasses import dataclass, field
from typing import ClassVar

from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.bedrock.chunking import Chunking, FixedChunking
from ml_constructs.bedrock.limits import check_range
from ml_constructs.bedrock.parsing import ContextEnrichment, Parsing
from ml_constructs.foundation.grants import grant_listing, grant_objects

MAX_PREFIX = 300

SourceConfiguration = bedrock.CfnDataSource.DataSourceConfigurationProperty


@dataclass(frozen=True, kw_only=True)
class KnowledgeSource:
    """What all sources have in common; the base of every one.

    Args:
        chunking: How documents are cut; another way makes a new data source.
        parsing: What reads PDF files and images; Bedrock's own parser, for text only and free of charge, when left out.
        enrichment: What a model adds to the chunks; nothing when left out.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-data-source-customize-ingestion.html
    """

    kind: ClassVar[str]
    text_only: ClassVar[bool] = False
    chunking: Chunking = field(default_factory=FixedChunking)
    parsing: Parsing | None = None
    enrichment: ContextEnrichment | None = None

    def __post_init__(self) -> None:
        if self.text_only and self.parsing is not None and self.parsing.multimodal:
            raise ValueError(f"parsing must be left out or read text only for {self.kind}, whose figures and tables Bedrock doesn't take")

    def configuration(self) -> SourceConfiguration:
        """Where the documents are, as the data source takes it."""
        return SourceConfiguration(type=self.kind)

    def grant_reading(self, role: iam.Role) -> None:
        """Lets the role of a knowledge base read the documents; nothing where they are public, or handed over."""

    def ingestion(self, scope: Construct) -> bedrock.CfnDataSource.VectorIngestionConfigurationProperty:
        """What happens to the documents, in the region of ``scope``."""
        return bedrock.CfnDataSource.VectorIngestionConfigurationProperty(
            chunking_configuration=self.chunking.render(),
            context_enrichment_configuration=self.enrichment.render(scope) if self.enrichment else None,
            parsing_configuration=self.parsing.render(scope) if self.parsing else None,
        )


@dataclass(frozen=True)
class S3Source(KnowledgeSource):
    """Objects of a bucket of this account, each with an optional ``<key>.metadata.json`` beside it.

    Args:
        bucket: Holds the documents.
        prefixes: Start of the keys of documents, 1 to 300 characters; at most one, and every object when left out.

    Raises:
        ValueError: More prefixes than Bedrock takes, or one that is too long.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/s3-data-source-connector.html
    """

    kind: ClassVar[str] = "S3"
    bucket: s3.IBucket
    prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.prefixes) > 1:
            raise ValueError(f"prefixes must be at most one, got {', '.join(self.prefixes)}")
        for prefix in self.prefixes:
            check_range("characters of a prefix", len(prefix), 1, MAX_PREFIX)

    def configuration(self) -> SourceConfiguration:
        """The bucket, and the start of the keys."""
        s3_configuration = bedrock.CfnDataSource.S3DataSourceConfigurationProperty(
            bucket_arn=self.bucket.bucket_arn, inclusion_prefixes=list(self.prefixes) or None
        )
        return SourceConfiguration(type=self.kind, s3_configuration=s3_configuration)

    def grant_reading(self, role: iam.Role) -> None:
        """Lets the role of a knowledge base list the bucket and read its documents.

        See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html
        """
        grant_listing(self.bucket, role, "ListBucket")
        for prefix in self.prefixes or ("",):
            grant_objects(self.bucket, role, ("GetObject",), prefix=prefix)


@dataclass(frozen=True, kw_only=True)
class CustomSource(KnowledgeSource):
    """Documents that an application hands over one by one with ``IngestKnowledgeBaseDocuments``.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/custom-data-source-connector.html
    """

    kind: ClassVar[str] = "CUSTOM"
