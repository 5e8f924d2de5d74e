"""What embedding models are asked and answer, by the beginnings of their ids."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.vectors import of_type, vectors
from blueprints.local.stand_ins.embeddings import count_tokens

TITAN_TOKENS, TITAN_CHARACTERS = 8_192, 50_000
NOVA_CHARACTERS = 8_192
COHERE_TEXTS, COHERE_CHARACTERS = 96, 2_048
COHERE_INPUTS = ("search_document", "search_query", "classification", "clustering")
COHERE_TYPES = ("float", "int8", "uint8", "binary", "ubinary")
COHERE_TRUNCATIONS = ("NONE", "START", "END", "LEFT", "RIGHT")

Body = dict[str, Any]


def titan_text(model: str, body: Body) -> Body:
    """Follows https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html."""
    second = "v2" in model
    _check_keys(body, ("inputText", "dimensions", "normalize", "embeddingTypes") if second else ("inputText",), required="inputText")
    text, tokens = _titan_text(body)
    vector = vectors([text], _chosen(body, "dimensions", (256, 512, 1024), 1024) if second else 1536)[0]
    by_type = {kind: of_type(vector, kind) for kind in _each_chosen(body, "embeddingTypes", ("float", "binary")) or ["float"]}
    plain = {"embedding": by_type["float"]} if "float" in by_type else {}
    return {**plain, **({"embeddingsByType": by_type} if second else {}), "inputTextTokenCount": tokens}


def titan_image(_model: str, body: Body) -> Body:
    """Follows https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html, for texts only."""
    _check_keys(body, ("inputText", "embeddingConfig"), required="inputText")
    text, tokens = _titan_text(body)
    dimensions = _chosen(body.get("embeddingConfig") or {}, "outputEmbeddingLength", (256, 384, 1024), 1024)
    return {"embedding": of_type(vectors([text], dimensions)[0], "float"), "inputTextTokenCount": tokens}


def nova(_model: str, body: Body) -> Body:
    """Follows https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html, for single texts only."""
    _check_keys(body, ("schemaVersion", "taskType", "singleEmbeddingParams"), required="singleEmbeddingParams")
    asked = body["singleEmbeddingParams"]
    _check_keys(asked, ("embeddingPurpose", "embeddingDimension", "text"), required="text")
    text = asked["text"].get("value")
    if not isinstance(text, str) or not 1 <= len(text) <= NOVA_CHARACTERS:
        raise malformed(f"#/singleEmbeddingParams/text/value: expected a text of 1 to {NOVA_CHARACTERS} characters")
    dimensions = _chosen(asked, "embeddingDimension", (256, 384, 1024, 3072), 3072)
    return {"embeddings": [{"embeddingType": "TEXT", "embedding": of_type(vectors([text], dimensions)[0], "float")}]}


def cohere(model: str, body: Body) -> Body:
    """Follows https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html."""
    fourth = "embed-v4" in model
    sized = ("output_dimension",) if fourth else ()
    _check_keys(body, ("texts", "input_type", "truncate", "embedding_types", *sized), required="texts")
    texts = body["texts"]
    if not isinstance(texts, list) or not 1 <= len(texts) <= COHERE_TEXTS or not all(isinstance(text, str) for text in texts):
        raise malformed(f"#/texts: expected 1 to {COHERE_TEXTS} texts")
    if not fourth and any(len(text) > COHERE_CHARACTERS for text in texts):
        raise malformed(f"#/texts: expected maxLength: {COHERE_CHARACTERS}, actual: {max(map(len, texts))}")
    _chosen(body, "input_type", COHERE_INPUTS, None)
    _chosen(body, "truncate", COHERE_TRUNCATIONS, "NONE")
    found = vectors(texts, _chosen(body, "output_dimension", (256, 512, 1024, 1536), 1536) if fourth else 1024)
    kinds = _each_chosen(body, "embedding_types", COHERE_TYPES)
    by_type = {kind: [of_type(vector, kind) for vector in found] for kind in kinds or ["float"]}
    response = {"embeddings": by_type if kinds else by_type["float"], "response_type": f"embeddings_{'by_type' if kinds else 'floats'}"}
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(body, sort_keys=True))), "texts": texts, **response}


MODELS: Mapping[str, Callable[[str, Body], Body]] = {
    "amazon.titan-embed-text": titan_text,
    "amazon.titan-embed-image": titan_image,
    "amazon.nova-2-multimodal-embeddings": nova,
    "cohere.embed": cohere,
}


def malformed(what: str) -> StandInError:
    """Returns the error of a body that is not what the model takes."""
    return StandInError("ValidationException", f"Malformed input request: {what}, please reformat your input and try again.")


def _titan_text(body: Body) -> tuple[str, int]:
    text = body["inputText"]
    if not isinstance(text, str) or not 1 <= len(text) <= TITAN_CHARACTERS:
        raise malformed(f"#/inputText: expected a text of 1 to {TITAN_CHARACTERS} characters")
    tokens = count_tokens(text)
    if tokens > TITAN_TOKENS:
        message = f"400 Bad Request: Too many input tokens. Max input tokens: {TITAN_TOKENS}, request input token count: {tokens}"
        raise StandInError("ValidationException", message)
    return text, tokens


def _check_keys(body: Body, allowed: Sequence[str], *, required: str) -> None:
    if required not in body:
        raise malformed(f"#: required key [{required}] not found")
    for key in body:
        if key not in allowed:
            raise malformed(f"#: extraneous key [{key}] is not permitted")


def _chosen(body: Body, key: str, allowed: Sequence[Any], default: Any) -> Any:
    value = body.get(key, default)
    if value not in allowed:
        raise malformed(f"#/{key}: {json.dumps(value)} is not one of {json.dumps(list(allowed))}")
    return value


def _each_chosen(body: Body, key: str, allowed: Sequence[str]) -> list[str]:
    values = body.get(key) or []
    if not isinstance(values, list) or any(value not in allowed for value in values):
        raise malformed(f"#/{key}: {json.dumps(values)} are not all of {json.dumps(list(allowed))}")
    return values
