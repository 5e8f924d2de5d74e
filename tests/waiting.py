"""Waiting for what happens in other threads and processes."""

import time
from collections.abc import Callable
from typing import Any


def until(check: Callable[[], Any], seconds: float = 15) -> Any:
    """Waits for ``check`` to return something true, and returns it."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"nothing within {seconds} seconds"
        time.sleep(0.02)
    return found
