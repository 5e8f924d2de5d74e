"""Starts what serves behind endpoints."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.hosts import Host, Served
from blueprints.local.sagemaker.models import Models, containers
from blueprints.local.sagemaker.programs import program_of
from blueprints.local.sagemaker.records import Record
from blueprints.local.sagemaker.running import Programs
from blueprints.local.sagemaker.variants import Variant

SESSION = "SageMaker"


class Fleet:
    """Makes hosts of models, with the rights of their execution roles.

    Args:
        models: The models.
        programs: What runs images here.
        folder: Where artifacts are kept; a temporary one unless given.
    """

    def __init__(self, models: Models, programs: Programs = program_of, folder: Path | None = None) -> None:
        self._models, self._programs, self._folder = models, programs, folder

    def variant(self, settings: Mapping[str, Any], config: Record, aws: Any, endpoint: str) -> Variant:
        """Returns a variant of an endpoint that does not run yet, as a configuration says.

        Raises:
            StandInError: Its model does not exist any more.
        """
        name = settings.get("ModelName")
        instances = settings.get("InstancePools") or [settings]
        log = (f"/aws/sagemaker/Endpoints/{endpoint}", settings["VariantName"])
        instance = instances[0].get("InstanceType", "")
        host = self.host(self._models.records.get(name), aws, instance, settings["VariantName"], log) if name else None
        role = aws.assume(config["ExecutionRoleArn"], SESSION) if "ExecutionRoleArn" in config else None
        count = int(settings.get("InitialInstanceCount", 0))
        return Variant(settings, host, float(settings.get("InitialVariantWeight", 1.0)), count, role=role)

    def host(
        self, model: Record, aws: Any, instance: str, variant: str, log: tuple[str, str], environment: Mapping[str, str] | None = None
    ) -> Host:
        """Returns a host of a model that does not run yet."""
        direct = (model.get("InferenceExecutionConfig") or {}).get("Mode") == "Direct"
        role: ClientFactory = aws.assume(model["ExecutionRoleArn"], SESSION)
        return self.of(Served(containers(model), role, direct, instance, environment or {}, variant, log))

    def of(self, served: Served) -> Host:
        """Returns a host that does not run yet."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="sagemaker-"))
        return Host(served, self._folder, self._programs)

    def start(self, variant: Variant) -> None:
        """Starts a variant; a serverless one shows that it could and then waits for requests.

        Raises:
            StartError: Its model can't be served.
        """
        if variant.host:
            variant.host.start()
            if not variant.provisioned:
                variant.host.stop(keep=True)
