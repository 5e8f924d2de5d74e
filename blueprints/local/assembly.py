"""Puts the embedded AWS together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blueprints.local import adapter
from blueprints.local.clients import Clients
from blueprints.local.worker import Workers

if TYPE_CHECKING:
    from pathlib import Path


def assemble(port: int, workspace: Path) -> tuple[Any, Workers]:
    """Returns the ASGI application and the Lambda workers, which the caller has to stop."""
    clients = Clients(port)
    workers = Workers(workspace, port)
    adapter.apply(workers=workers, clients=clients)
    return adapter.plain_application(), workers
