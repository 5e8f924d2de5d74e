"""What a function prints."""

from __future__ import annotations

import os
import select
import threading
from typing import IO


class Output:
    """Collects what a process writes to its output, without losing what it wrote last.

    Args:
        stream: The reading end of the pipe.
    """

    def __init__(self, stream: IO[bytes] | None) -> None:
        if stream is None:
            raise ValueError("stream must be a pipe, got None")
        self._stream = stream
        self._lock = threading.Lock()
        self._collected = bytearray()
        os.set_blocking(stream.fileno(), False)
        threading.Thread(target=self._follow, daemon=True).start()

    def take(self) -> str:
        """Returns what was written since the last call."""
        with self._lock:
            self._read_available()
            text = self._collected.decode(errors="replace")
            self._collected.clear()
        return text

    def close(self) -> None:
        """Stops reading."""
        with self._lock:
            self._stream.close()

    def _follow(self) -> None:
        while self._wait():
            with self._lock:
                if not self._read_available():
                    return

    def _wait(self) -> bool:
        try:
            select.select([self._stream], [], [])
        except ValueError:  # closed meanwhile
            return False
        return True

    def _read_available(self) -> bool:
        """Reads what is there; returns whether more may come."""
        while not self._stream.closed:
            try:
                chunk = os.read(self._stream.fileno(), 65536)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            self._collected += chunk
        return False
