"""The processes that run the code of the deployed Lambda functions."""

from __future__ import annotations

from pathlib import Path


class Workers:
    """Keeps the execution environments of all functions.

    Args:
        workspace: Where function code is unpacked.
        port: The port of the embedded AWS that the functions call.
    """

    def __init__(self, workspace: Path, port: int) -> None:
        self._workspace = workspace
        self._port = port

    def stop(self) -> None:
        """Ends every environment."""
