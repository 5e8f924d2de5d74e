"""Finds the handler of a function as the managed runtime does."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from streaming.context import Context

Handler = Callable[[dict[str, Any], Context], Iterator[bytes]]
LAYERS = "/opt/python"
RUNTIME = "/var/runtime"


def complete_path(path: list[str], variables: Mapping[str, str]) -> None:
    """Puts into ``path`` what the managed runtime has there, in its order: the function, its layers, the runtime's own packages.

    See https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-searchpath
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    first = [variables["LAMBDA_TASK_ROOT"], f"{LAYERS}/lib/python{version}/site-packages", LAYERS]
    last = [variables.get("LAMBDA_RUNTIME_DIR", RUNTIME)]
    rest = [entry for entry in path if entry not in (*first, *last)]
    path[:] = [entry for entry in first if Path(entry).is_dir()] + rest + [entry for entry in last if Path(entry).is_dir()]


def load(name: str) -> Handler:
    """The function that ``_HANDLER`` names, such as ``package.module.function``.

    Raises:
        ValueError: A name without a module.
    """
    module, _, function = name.rpartition(".")
    if not module:
        raise ValueError(f"the handler must be module.function, got {name}")
    handler: Handler = getattr(importlib.import_module(module.replace("/", ".")), function)
    return handler
