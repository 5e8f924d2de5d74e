"""What a function in front of an endpoint is told in its environment, read once."""

import os
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

from inference.errors import ConfigurationError

LARGEST_BYTES = 6_291_456
"""What InvokeEndpoint takes; see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings that every such function has; another kind adds fields in a subclass.

    Args:
        endpoint_name: The endpoint.
        content_types: Media types that are passed on to the model, in lower case.
        max_request_bytes: The size of a body at most, 1 to ``LARGEST_BYTES``.
        timeout_seconds: How long one attempt waits for the model at most.
        allowed_clients: The clients of the user pool whose ID tokens are served; every client's when empty.
    """

    endpoint_name: str
    content_types: tuple[str, ...]
    max_request_bytes: int
    timeout_seconds: int
    allowed_clients: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.max_request_bytes <= LARGEST_BYTES:
            raise ConfigurationError("ENVIRONMENT", f"MAX_REQUEST_BYTES must be 1 to {LARGEST_BYTES}")
        if self.timeout_seconds < 1 or not self.content_types:
            raise ConfigurationError("ENVIRONMENT", "TIMEOUT_SECONDS must be 1 or more, and CONTENT_TYPES must name one")


Model = TypeVar("Model", bound=Settings)


@cache
def settings(model: type[Model]) -> Model:
    """An instance of ``model``, whose field ``some_name`` is read from ``SOME_NAME``; lists are parted by commas.

    Raises:
        ConfigurationError: Names every variable that is missing or does not parse.
    """
    kinds, wrong = get_type_hints(model), []
    values: dict[str, Any] = {}
    for field in fields(model):
        name = field.name.upper()
        try:
            values[field.name] = _parsed(os.environ[name], kinds[field.name])
        except KeyError:
            if field.default is MISSING:
                wrong.append(f"{name} is missing")
        except ValueError:
            wrong.append(f"{name} does not parse")
    if wrong:
        raise ConfigurationError("ENVIRONMENT", "; ".join(wrong))
    return model(**values)


def _parsed(text: str, kind: Any) -> Any:
    if kind in (str, int, float):
        return kind(text)
    return tuple(part.strip() for part in text.split(",") if part.strip())
