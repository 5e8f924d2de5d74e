"""How documents are cut into chunks."""

from dataclasses import dataclass

from aws_cdk import aws_bedrock as bedrock

from ml_constructs.bedrock.limits import check_range

MAX_TOKENS = 8192
OVERLAP_PERCENT = (1, 99)
BREAKPOINT_PERCENTILE = (50, 99)

_Configuration = bedrock.CfnDataSource.ChunkingConfigurationProperty


@dataclass(frozen=True, kw_only=True)
class FixedChunking:
    """Chunks of about the same length, each of which repeats the end of the one before.

    Args:
        max_tokens: Longest chunk, 1 to 8,192 tokens.
        overlap_percent: Part of a chunk that the next one repeats, 1 to 99.

    Raises:
        ValueError: A number that Bedrock doesn't take.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-chunking.html
    """

    max_tokens: int = 300
    overlap_percent: int = 20

    def __post_init__(self) -> None:
        check_range("max_tokens", self.max_tokens, 1, MAX_TOKENS)
        check_range("overlap_percent", self.overlap_percent, *OVERLAP_PERCENT)

    @property
    def stored_tokens(self) -> int:
        """The longest text that is stored with one vector."""
        return self.max_tokens

    def render(self) -> _Configuration:
        """As the data source takes it."""
        fixed = bedrock.CfnDataSource.FixedSizeChunkingConfigurationProperty(
            max_tokens=self.max_tokens, overlap_percentage=self.overlap_percent
        )
        return _Configuration(chunking_strategy="FIXED_SIZE", fixed_size_chunking_configuration=fixed)


@dataclass(frozen=True, kw_only=True)
class HierarchicalChunking:
    """Short chunks that are searched, within long ones that are answered with.

    Args:
        parent_tokens: Longest chunk to answer with, 1 to 8,192 tokens.
        child_tokens: Longest chunk to search, shorter than its parent.
        overlap_tokens: What chunks of one layer repeat, at least 1 and less than ``child_tokens``.

    Raises:
        ValueError: A number that Bedrock doesn't take, or a child that doesn't fit its parent.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-chunking.html
    """

    parent_tokens: int = 1500
    child_tokens: int = 300
    overlap_tokens: int = 60

    def __post_init__(self) -> None:
        check_range("parent_tokens", self.parent_tokens, 1, MAX_TOKENS)
        check_range("child_tokens", self.child_tokens, 1, self.parent_tokens - 1)
        check_range("overlap_tokens", self.overlap_tokens, 1, self.child_tokens - 1)

    @property
    def stored_tokens(self) -> int:
        """The longest texts that are stored with one vector: its chunk and the parent."""
        return self.parent_tokens + self.child_tokens

    def render(self) -> _Configuration:
        """As the data source takes it."""
        level = bedrock.CfnDataSource.HierarchicalChunkingLevelConfigurationProperty
        hierarchical = bedrock.CfnDataSource.HierarchicalChunkingConfigurationProperty(
            level_configurations=[level(max_tokens=self.parent_tokens), level(max_tokens=self.child_tokens)],
            overlap_tokens=self.overlap_tokens,
        )
        return _Configuration(chunking_strategy="HIERARCHICAL", hierarchical_chunking_configuration=hierarchical)


@dataclass(frozen=True, kw_only=True)
class SemanticChunking:
    """Chunks that end where the next sentence means something else, found by embedding every sentence.

    Args:
        max_tokens: Longest chunk, 1 to 8,192 tokens.
        buffer_size: Neighbours on either side that a sentence is compared with, 0 or 1.
        breakpoint_percentile: How unlike its neighbours a sentence is that starts a chunk, 50 to 99.

    Raises:
        ValueError: A number that Bedrock doesn't take.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-chunking.html
    """

    max_tokens: int = 300
    buffer_size: int = 0
    breakpoint_percentile: int = 95

    def __post_init__(self) -> None:
        check_range("max_tokens", self.max_tokens, 1, MAX_TOKENS)
        check_range("buffer_size", self.buffer_size, 0, 1)
        check_range("breakpoint_percentile", self.breakpoint_percentile, *BREAKPOINT_PERCENTILE)

    @property
    def stored_tokens(self) -> int:
        """The longest text that is stored with one vector."""
        return self.max_tokens

    def render(self) -> _Configuration:
        """As the data source takes it."""
        semantic = bedrock.CfnDataSource.SemanticChunkingConfigurationProperty(
            breakpoint_percentile_threshold=self.breakpoint_percentile, buffer_size=self.buffer_size, max_tokens=self.max_tokens
        )
        return _Configuration(chunking_strategy="SEMANTIC", semantic_chunking_configuration=semantic)


@dataclass(frozen=True, kw_only=True)
class NoChunking:
    """Every document is one chunk; passages then have no page number.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-chunking.html
    """

    @property
    def stored_tokens(self) -> int:
        """Not known before the documents are."""
        return 0

    def render(self) -> _Configuration:
        """As the data source takes it."""
        return _Configuration(chunking_strategy="NONE")


Chunking = FixedChunking | HierarchicalChunking | SemanticChunking | NoChunking
