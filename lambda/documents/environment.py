"""A function's environment variables as a frozen dataclass, read once."""

import json
import os
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

from documents.errors import ConfigurationError

Model = TypeVar("Model")


@cache
def environment(model: type[Model]) -> Model:
    """An instance of ``model``, a dataclass whose field ``some_name`` is read from ``SOME_NAME``.

    Raises:
        ConfigurationError: Names every variable that is missing or does not parse.
    """
    kinds = get_type_hints(model)
    values: dict[str, Any] = {}
    wrong = []
    for field in fields(model):  # type: ignore[arg-type]
        name = field.name.upper()
        try:
            values[field.name] = _parse(os.environ[name], kinds[field.name])
        except KeyError:
            if field.default is MISSING:
                wrong.append(f"{name} is missing")
        except ValueError:
            wrong.append(f"{name} does not parse")
    if wrong:
        raise ConfigurationError("ENVIRONMENT", "; ".join(wrong))
    return model(**values)


def _parse(text: str, kind: Any) -> Any:
    if kind in (str, int, float):
        return kind(text)
    return tuple(json.loads(text))
