"""Containers that load models with their real framework and speak SageMaker's container protocol."""

from __future__ import annotations

from blueprints.local.sagemaker.containers.container import Container, ContainerEndedError, ContainerRefusalError, LoadedModel
from blueprints.local.sagemaker.containers.exchange import Answer, Stream
from blueprints.local.sagemaker.containers.frameworks import program
from blueprints.local.sagemaker.containers.images import UnsupportedImageError, framework_of
from blueprints.local.sagemaker.containers.process import ContainerStartError

__all__ = [
    "Answer",
    "Container",
    "ContainerEndedError",
    "ContainerRefusalError",
    "ContainerStartError",
    "LoadedModel",
    "Stream",
    "UnsupportedImageError",
    "framework_of",
    "program",
]
