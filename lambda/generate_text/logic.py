"""Asks an inference component, and puts its answer into words that don't depend on the model server."""

import json
import time

from generations.completions import completion_of
from generations.measures import took
from generations.prompts import JSON_TYPE, Prompt
from generations.settings import GenerationSettings
from inference.deadlines import Deadline
from inference.endpoint import Prediction, invoke


def written(prompt: Prompt, settings: GenerationSettings, deadline: Deadline, request_id: str) -> Prediction:
    """The text that the model writes.

    Raises:
        InferenceError: There is none.
    """
    started = time.monotonic()
    target = {"InferenceComponentName": settings.component_of(prompt.model)}
    answer = invoke(prompt.request(), settings, deadline, request_id, target)
    completion = completion_of(answer.body)
    took("GenerationSeconds", time.monotonic() - started)
    completion.usage.record()
    body = json.dumps(completion.body(prompt.model, request_id)).encode()
    return Prediction(body, JSON_TYPE, answer.variant)
