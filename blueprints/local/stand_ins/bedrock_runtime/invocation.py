"""InvokeModel: vectors of texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.bedrock_runtime.embedding_models import MODELS
from blueprints.local.stand_ins.bedrock_runtime.model_ids import kind_of

MAX_BODY_BYTES = 25_000_000


def invoke_model(request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
    """Returns the vectors of the texts in the request's body.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html

    Raises:
        StandInError: The model is unknown or makes no vectors, or the body is not what the model takes.
    """
    model, _ = kind_of(request["modelId"], aws)
    answer = next((answer for begin, answer in MODELS.items() if model.startswith(begin)), None)
    if answer is None:
        known = ", ".join(f"{begin}*" for begin in MODELS)
        message = f"the embedded AWS answers InvokeModel for {known} only, got {model}; text is written by Converse and ConverseStream"
        raise StandInError("ValidationException", message)
    return {"body": json.dumps(answer(model, _body(request))).encode(), "contentType": "application/json"}


def _body(request: Mapping[str, Any]) -> dict[str, Any]:
    content = request.get("body") or b""
    if len(content) > MAX_BODY_BYTES:
        raise StandInError("ValidationException", f"body must have at most {MAX_BODY_BYTES} bytes, got {len(content)}")
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise StandInError("ValidationException", "Malformed input request, please reformat your input and try again.")
    return body
