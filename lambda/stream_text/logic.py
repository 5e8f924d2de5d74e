"""Asks an inference component, and passes its words on as they come."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError, ReadTimeoutError

from generations.measures import took
from generations.pieces import Written, pieces
from generations.prompts import Prompt
from generations.settings import GenerationSettings
from inference.attempts import attempted
from inference.clients import client
from inference.deadlines import Deadline
from inference.errors import ModelFailed, OutOfTime

Event = tuple[str, dict[str, Any]]


def written(prompt: Prompt, settings: GenerationSettings, deadline: Deadline, request_id: str) -> Iterator[Event]:
    """Yields ``text`` for each piece, and ``done`` with the whole response.

    Raises:
        InferenceError: There is none, or no end of it.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
    """
    started, so_far = time.monotonic(), Written()
    for text in pieces(_within(_parts(_opened(prompt, settings, deadline, request_id)), deadline), so_far):
        if len(text) == len(so_far.text):
            took("FirstTokenSeconds", time.monotonic() - started)
        yield "text", {"text": text}
    completion = so_far.completion()
    took("GenerationSeconds", time.monotonic() - started)
    completion.usage.record()
    yield "done", completion.body(prompt.model, request_id)


def _opened(prompt: Prompt, settings: GenerationSettings, deadline: Deadline, request_id: str) -> Iterable[Any]:
    request = prompt.request(stream=True)

    def call(seconds: int) -> Any:
        return client("sagemaker-runtime", seconds).invoke_endpoint_with_response_stream(
            EndpointName=settings.endpoint_name,
            InferenceComponentName=settings.component_of(prompt.model),
            ContentType=request.content_type,
            InferenceId=request_id,
            Body=request.body,
        )

    events: Iterable[Any] = attempted(call, deadline, settings.timeout_seconds)["Body"]
    return events


def _parts(events: Iterable[Any]) -> Iterator[bytes]:
    try:
        for event in events:
            yield event.get("PayloadPart", {}).get("Bytes", b"")
    except ReadTimeoutError:
        raise OutOfTime("ReadTimeout", "The model fell silent: ask for less at once, or again later.") from None
    except (ClientError, BotoCoreError, HTTPError) as error:  # botocore doesn't translate what the connection raises between events
        raise ModelFailed(type(error).__name__, "The model broke off. Ask again later.") from None


def _within(parts: Iterable[bytes], deadline: Deadline) -> Iterator[bytes]:
    for part in parts:
        if deadline.seconds() <= 0:
            raise OutOfTime("DEADLINE", "The text took too long: ask for less at once.")
        yield part
