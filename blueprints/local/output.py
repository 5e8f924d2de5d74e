"""What a function prints."""

from __future__ import annotations

import os
import select
import threading
from typing import IO


class Output:
    """Collects what a process writes until it ends, without losing what it wrote last.

    Args:
        stream: The reading end of the pipe; it is closed at the end.
    """

    def __init__(self, stream: IO[bytes] | None) -> None:
        if stream is None:
            raise ValueError("stream must be a pipe, got None")
        self._stream = stream
        self._lock = threading.Lock()
        self._collected = bytearray()
        os.set_blocking(stream.fileno(), False)
        self._follower = threading.Thread(target=self._follow, daemon=True)
        self._follower.start()

    def take(self) -> str:
        """Returns what was written since the last call."""
        with self._lock:
            self._read_available()
            text = self._collected.decode(errors="replace")
            self._collected.clear()
        return text

    def _follow(self) -> None:
        """Reads in time, so that the writer never has to wait."""
        news = select.poll()  # unlike select.select, it takes files of any number
        news.register(self._stream, select.POLLIN)
        more = True
        while more:
            news.poll()
            with self._lock:
                more = self._read_available()
        with self._lock:
            self._stream.close()

    def _read_available(self) -> bool:
        """Reads what is there; returns whether more may come."""
        while not self._stream.closed:
            try:
                chunk = os.read(self._stream.fileno(), 65536)
            except BlockingIOError:
                return True
            if not chunk:
                break
            self._collected += chunk
        return False
