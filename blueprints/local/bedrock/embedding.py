"""How a knowledge base asks its embedding model for the vector of a text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.local.bedrock.knowledge_bases import dimensions_of, embedding_of
from blueprints.local.clients import ClientFactory


@dataclass(frozen=True)
class Embedding:
    """The embedding model of a knowledge base.

    Args:
        model: The model's ARN.
        dimensions: How long its vectors are.
    """

    model: str
    dimensions: int

    @classmethod
    def of(cls, base: Mapping[str, Any]) -> Embedding:
        """Returns what a knowledge base embeds with."""
        return cls(embedding_of(base)[0], dimensions_of(base))

    def vector(self, text: str, aws: ClientFactory, *, query: bool) -> list[float]:
        """Returns the vector of a text, asked for with the rights of ``aws``.

        Raises:
            ClientError: Bedrock refuses.
        """
        body = json.dumps(self.body(text, query=query))
        answer = aws("bedrock-runtime").invoke_model(modelId=self.model, body=body, accept="application/json")
        return _vector(json.loads(answer["body"].read()))

    def body(self, text: str, *, query: bool) -> dict[str, Any]:
        """Returns what the model is asked.

        Follows https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html and its neighbours.
        """
        name = self.model.rpartition("/")[2]
        if name.startswith("cohere."):
            sized = {"output_dimension": self.dimensions, "embedding_types": ["float"]} if "embed-v4" in name else {}
            return {"texts": [text], "input_type": "search_query" if query else "search_document", **sized}
        if name.startswith("amazon.nova"):
            purpose = "GENERIC_RETRIEVAL" if query else "GENERIC_INDEX"
            given = {"truncationMode": "END", "value": text}
            asked = {"embeddingPurpose": purpose, "embeddingDimension": self.dimensions, "text": given}
            return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": asked}
        sized = {"dimensions": self.dimensions, "normalize": True} if "embed-text-v2" in name else {}
        return {"inputText": text, **sized}


def _vector(answer: Mapping[str, Any]) -> list[float]:
    """Returns the vector, wherever the model puts it into its answer."""
    if "embedding" in answer:
        return [float(part) for part in answer["embedding"]]
    found = answer["embeddings"]
    found = found["float"] if isinstance(found, dict) else found
    first = found[0]
    return [float(part) for part in (first["embedding"] if isinstance(first, dict) else first)]
