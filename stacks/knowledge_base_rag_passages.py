"""Settings of a knowledge base: how documents become passages, and where their vectors lie."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.opensearch_capacity import ScaleToZero
from stacks.settings.models import ModelId, SettingsModel


class OpenSearchSettings(SettingsModel):
    """The collection of OpenSearch Serverless."""

    standby_replicas: bool = True
    """Whether a second availability zone stands by; without, it costs half."""
    scale_to_zero: bool = False
    """Whether the collection rests after ten idle minutes; the first query afterwards waits for 10 to 30 seconds."""
    max_capacity_units: Annotated[int, Field(ge=1, le=1696)] = 4
    """At most so many OpenSearch compute units for indexing, and as many for searching, where the collection rests when idle."""

    @model_validator(mode="after")
    def _may_rest(self) -> "OpenSearchSettings":
        if self.scale_to_zero:
            ScaleToZero(max_capacity_units=self.max_capacity_units)
            if not self.standby_replicas:
                raise ValueError("standby_replicas must be true when scale_to_zero is true, got false")
        return self


class AuroraSettings(SettingsModel):
    """The cluster of Aurora PostgreSQL."""

    min_capacity_units: Annotated[float, Field(ge=0.5, le=256, multiple_of=0.5)] = 0.5
    """At least so many Aurora capacity units."""
    max_capacity_units: Annotated[float, Field(ge=1, le=256, multiple_of=0.5)] = 4
    """At most so many."""

    @model_validator(mode="after")
    def _most_is_not_less_than_least(self) -> "AuroraSettings":
        if self.max_capacity_units < self.min_capacity_units:
            least = f"min_capacity_units, {self.min_capacity_units}"
            raise ValueError(f"max_capacity_units must be at least {least}, got {self.max_capacity_units}")
        return self


class EmbeddingSettings(SettingsModel):
    """How text becomes vectors; a change makes a new knowledge base."""

    model: ModelId = "amazon.titan-embed-text-v2:0"
    """The embedding model."""
    dimensions: Annotated[int, Field(ge=1, le=4096)] = 1024
    """The length of a vector; the model decides what is possible."""

    @model_validator(mode="after")
    def _dimensions_are_possible(self) -> "EmbeddingSettings":
        Embedding(**self.model_dump())
        return self


class FixedChunkingSettings(SettingsModel):
    """Passages of about the same length."""

    strategy: Literal["fixed"] = "fixed"
    """How documents are cut."""
    max_tokens: Annotated[int, Field(ge=1, le=8192)] = 300
    """The length of a passage at most."""
    overlap_percent: Annotated[int, Field(ge=1, le=99)] = 20
    """How much of a passage stands in the next one too."""


class HierarchicalChunkingSettings(SettingsModel):
    """Small passages are searched, the large ones around them are answered from."""

    strategy: Literal["hierarchical"]
    """How documents are cut."""
    parent_tokens: Annotated[int, Field(ge=1, le=8192)] = 1500
    """The length of a large passage at most."""
    child_tokens: Annotated[int, Field(ge=1, le=8192)] = 300
    """The length of a small passage at most."""
    overlap_tokens: Annotated[int, Field(ge=1, le=8191)] = 60
    """How much of a passage stands in the next one too."""


class SemanticChunkingSettings(SettingsModel):
    """Passages end where the meaning changes; each document is embedded twice."""

    strategy: Literal["semantic"]
    """How documents are cut."""
    max_tokens: Annotated[int, Field(ge=20, le=8192)] = 300
    """The length of a passage at most."""
    buffer_size: Annotated[int, Field(ge=0, le=1)] = 0
    """How many sentences around a sentence are compared with it."""
    breakpoint_percentile: Annotated[int, Field(ge=50, le=99)] = 95
    """The higher, the fewer passages."""


class NoChunkingSettings(SettingsModel):
    """Every document is one passage."""

    strategy: Literal["none"]
    """How documents are cut."""


ChunkingSettings = FixedChunkingSettings | HierarchicalChunkingSettings | SemanticChunkingSettings | NoChunkingSettings


class ParsingSettings(SettingsModel):
    """How text is read from documents; a model also reads tables and pictures, and is billed by the page."""

    strategy: Literal["default", "foundation-model", "data-automation"] = "default"
    """Who reads; data-automation takes documents to other regions of the geography."""
    model: ModelId | None = None
    """The model that reads, with foundation-model."""
    prompt: Annotated[str, StringConstraints(min_length=1, max_length=10_000)] | None = None
    """What it is told, with foundation-model; left out, what Bedrock tells it."""

    @model_validator(mode="after")
    def _a_model_reads_where_it_is_asked_to(self) -> "ParsingSettings":
        if (self.strategy == "foundation-model") != (self.model is not None):
            given = f"{self.model} with {self.strategy}"
            raise ValueError(f"model must be given with strategy foundation-model and only then, got {given}")
        if self.prompt is not None and self.model is None:
            raise ValueError(f"prompt must be left out unless strategy is foundation-model, got {self.strategy}")
        return self
