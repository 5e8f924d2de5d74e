"""Tells on standard error what is being done and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.status import Status

from blueprints.console import safe

DETAIL_WIDTH = 60


class Steps:
    """The steps of a trial, each with its time.

    Args:
        console: Where they are told; a spinner moves only on a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._what = ""
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, doing: str, done: str) -> Iterator[None]:
        """Tells that something is being done, and when it is done.

        Args:
            name: Of the step, in ``seconds``.
            doing: What is said meanwhile.
            done: What is said afterwards.
        """
        started = time.monotonic()
        self._what = doing
        with self._console.status(f"{safe(doing)} …") as self._status:
            yield
        self._status = None
        self.seconds[name] = round(time.monotonic() - started, 1)
        self.say(f"{done:<48}{self.seconds[name]:>6.1f} s")

    def detail(self, line: str) -> None:
        """Shows a line of what a program says, until the next one."""
        if self._status is not None:
            self._status.update(f"{safe(self._what)} … [dim]{safe(line.strip()[:DETAIL_WIDTH])}[/]")

    def say(self, line: str) -> None:
        """Writes a line that stays."""
        self._console.print(safe(line), soft_wrap=True)

    def progress(self) -> Progress:
        """Returns a progress bar with counts and time, which goes when it is done."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal)
