"""Puts the embedded AWS together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.local import adapter, identity, stand_ins
from blueprints.local.adapter.sessions import role_credentials
from blueprints.local.clients import Clients
from blueprints.local.dispatch import Dispatcher
from blueprints.local.front_door import FrontDoor
from blueprints.local.message_moves import MessageMoves
from blueprints.local.moto_services import MotoServices
from blueprints.local.provenance import Ledger
from blueprints.local.worker import Workers

if TYPE_CHECKING:
    from pathlib import Path


def assemble(port: int, workspace: Path) -> tuple[FrontDoor, Workers]:
    """Returns the ASGI application and the Lambda workers, which the caller has to stop."""
    clients = Clients(port, identity.region(), role_credentials)
    ledger = Ledger()
    workers = Workers(workspace, port)
    dispatcher = Dispatcher(MotoServices(), stand_ins.ALL(), [MessageMoves()], clients.administrator)
    adapter.apply(workers, dispatcher, clients, ledger)
    return FrontDoor(adapter.plain_application(), ledger), workers
