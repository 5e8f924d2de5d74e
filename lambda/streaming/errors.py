"""Errors in the form that Lambda takes, without their text: that may hold what the function was asked."""

import traceback
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]


def kind(error: BaseException) -> str:
    """The type, as ``Function.…``, the form that Lambda recommends."""
    return f"Function.{type(error).__name__}"


def described(error: BaseException) -> dict[str, str]:
    """The type and the place of an error."""
    return {"errorType": type(error).__name__, "errorMessage": f"Raised at {_place(error.__traceback__)}."}


def _place(trace: TracebackType | None) -> str:
    """The innermost line of the function's own code, or of any."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    own = [(path, line) for path, line in frames if path.is_relative_to(ROOT) and path.parent != Path(__file__).parent]
    if not frames:
        return "an unknown place"
    path, line = (own or frames)[-1]
    return f"{path.parent.name}/{path.name}:{line}"
