"""Starts a function through the wrapper script that it brings.

Follows https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

VARIABLE = "AWS_LAMBDA_EXEC_WRAPPER"
TASK_ROOT, LAYERS = "/var/task/", "/opt/"
INTERPRETER = """#!/bin/sh
exec 3<&0 </dev/null
(read -r _ <&3; kill -9 $$) &
exec {python} -P -S "$@" 3<&-
"""
"""Finds modules on ``PYTHONPATH`` and in the standard library only, and ends when its standard input does: then the server has gone."""


def command(wrapper: str, paths: Sequence[Path], home: Path, runtime: Sequence[str]) -> list[str]:
    """Returns what to execute: the wrapper, which gets the interpreter and what it would have run with it.

    Args:
        wrapper: Where the script is in Lambda, in ``/var/task`` or in ``/opt``.
        paths: The directories that Python imports from: the function, its layers and the runtime.
        home: The directory of the execution environment.
        runtime: What the interpreter would have run.
    """
    interpreter = home / "python"
    interpreter.write_text(INTERPRETER.format(python=shlex.quote(sys.executable)))
    interpreter.chmod(0o755)
    return [str(_found(wrapper, paths)), str(interpreter), *runtime]


def variables(paths: Sequence[Path]) -> dict[str, str]:
    """Returns the environment variables in which the interpreter finds what the runtime would have told it."""
    return {"PYTHONPATH": os.pathsep.join(map(str, paths))}


def _found(wrapper: str, paths: Sequence[Path]) -> Path:
    """Returns where the script is here; where it would be, if there is none, and then the process does not start."""
    name = wrapper.removeprefix(TASK_ROOT).removeprefix(LAYERS)
    roots = paths[:1] if wrapper.startswith(TASK_ROOT) else [path.parent for path in paths[1:]]
    places = [root / name for root in roots]
    return next((place for place in places if place.exists()), paths[0] / name)
