from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from blueprints.checks.handlers.calls import api_calls
from blueprints.checks.handlers.values import ApiCall

Found = dict[str, dict[str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes handler packages: file contents by path, ``__`` standing for ``/``, or of the package itself."""

    def files(**contents: str) -> Path:
        for name, text in contents.items():
            path = tmp_path / (f"{name.replace('__', '/')}.py" if "__" in name else f"{name}/__init__.py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(dedent(text))
            path.parent.joinpath("__init__.py").touch()
        return tmp_path

    return files


@pytest.fixture
def calls(write: Callable[..., Path]) -> Callable[..., Found]:
    """The parameters of every call that a handler makes, by ``service.method``; of the last one if there are several."""

    def found(text: str, *, variables: dict[str, str] | None = None, **others: str) -> Found:
        root = write(work__handler=text, **others)
        made: list[ApiCall] = sorted(api_calls(root, "work", variables or {}), key=str)
        return {f"{call.service}.{call.method}": dict(call.parameters) for call in made}

    return found
