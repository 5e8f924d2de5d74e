"""Which vectors texts become."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Token
from aws_cdk import aws_bedrock as bedrock

from ml_constructs.bedrock.models import ModelFacts, model_facts

MAX_DIMENSIONS = 4096
DATA_TYPES = ("FLOAT32", "BINARY")


@dataclass(frozen=True, kw_only=True)
class Embedding:
    """An embedding model, and the kind of vectors that it is asked for.

    Args:
        model: Id or ARN of the model.
        dimensions: Length of a vector, 1 to 4,096; one that the model offers, where it is listed.
        data_type: ``BINARY`` takes a thirty-second of the space, in stores that take it.

    Raises:
        ValueError: A model that makes no embeddings, or vectors that it doesn't offer.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-supported.html
    """

    model: str = "amazon.titan-embed-text-v2:0"
    dimensions: int = 1024
    data_type: Literal["FLOAT32", "BINARY"] = "FLOAT32"

    def __post_init__(self) -> None:
        if not 1 <= self.dimensions <= MAX_DIMENSIONS:
            raise ValueError(f"dimensions must be from 1 to {MAX_DIMENSIONS}, got {self.dimensions}")
        if self.data_type not in DATA_TYPES:
            raise ValueError(f"data_type must be one of {', '.join(DATA_TYPES)}, got {self.data_type!r}")
        facts = self._facts
        if facts is not None:
            self._check(facts)

    @property
    def _facts(self) -> ModelFacts | None:
        return None if Token.is_unresolved(self.model) else model_facts(self.model)

    def _check(self, facts: ModelFacts) -> None:
        if facts.kind != "embedding":
            raise ValueError(f"model must be an embedding model, got {self.model!r}, which makes {facts.kind}")
        if facts.dimensions and self.dimensions not in facts.dimensions:
            offered = ", ".join(map(str, facts.dimensions))
            raise ValueError(f"dimensions must be one of {offered} for {self.model}, got {self.dimensions}")
        if self.data_type not in facts.data_types:
            raise ValueError(f"data_type must be one of {', '.join(facts.data_types)} for {self.model}, got {self.data_type!r}")

    def render(self) -> bedrock.CfnKnowledgeBase.EmbeddingModelConfigurationProperty | None:
        """What the model is asked for; nothing that it has no choice in, which Bedrock would refuse."""
        facts = self._facts
        dimensions = self.dimensions if facts is None or len(facts.dimensions) > 1 else None
        data_type = self.data_type if facts is None or len(facts.data_types) > 1 else None
        if dimensions is None and data_type is None:
            return None
        asked = bedrock.CfnKnowledgeBase.BedrockEmbeddingModelConfigurationProperty(dimensions=dimensions, embedding_data_type=data_type)
        return bedrock.CfnKnowledgeBase.EmbeddingModelConfigurationProperty(bedrock_embedding_model_configuration=asked)
