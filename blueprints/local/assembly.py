"""Puts the embedded AWS together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.local import adapter, identity, stand_ins
from blueprints.local.adapter.sessions import role_credentials
from blueprints.local.bedrock.control import BedrockControl
from blueprints.local.bedrock.knowledge_bases import KnowledgeBases
from blueprints.local.clients import Clients
from blueprints.local.dispatch import Dispatcher
from blueprints.local.front_door import FrontDoor
from blueprints.local.message_moves import MessageMoves
from blueprints.local.moto_services import MotoServices
from blueprints.local.provenance import Ledger
from blueprints.local.rights import Lookup
from blueprints.local.sagemaker.control import SageMakerControl
from blueprints.local.sagemaker.serving import Serving
from blueprints.local.scaling import Scaling
from blueprints.local.stand_ins.s3_vectors.stand_in import S3VectorsStandIn
from blueprints.local.stand_ins.sagemaker.stand_in import SageMakerStandIn
from blueprints.local.stand_ins.sagemaker_runtime.stand_in import SageMakerRuntimeStandIn
from blueprints.local.worker import Workers

if TYPE_CHECKING:
    from pathlib import Path


def assemble(port: int, workspace: Path) -> tuple[FrontDoor, Workers]:
    """Returns the ASGI application and the Lambda workers, which the caller has to stop."""
    clients = Clients(port, identity.region(), role_credentials)
    ledger = Ledger()
    workers = Workers(workspace, port)
    control = BedrockControl()
    sagemaker = SageMakerControl()
    programs = (*stand_ins.ALL(), SageMakerRuntimeStandIn(Serving(sagemaker)), SageMakerStandIn(sagemaker))
    vectors = next(each for each in programs if isinstance(each, S3VectorsStandIn))
    scaling = Scaling({"sagemaker": sagemaker.scalable})
    sagemaker.endpoints.is_scaled = scaling.is_scaled
    supplements = (MessageMoves(), control, KnowledgeBases(), sagemaker, scaling)
    dispatcher = Dispatcher(MotoServices(), programs, supplements, clients.administrator)
    adapter.apply(workers, dispatcher, clients, ledger, Lookup(control.profiles.models_of, vectors.key_of, vectors.policy_of))
    return FrontDoor(adapter.plain_application(), ledger), workers
