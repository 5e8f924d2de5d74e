"""The control plane of SageMaker, as far as models are served here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from blueprints.local import constraints
from blueprints.local.sagemaker.components import Components
from blueprints.local.sagemaker.endpoint_configs import EndpointConfigs
from blueprints.local.sagemaker.endpoints import Endpoints
from blueprints.local.sagemaker.fleet import Fleet
from blueprints.local.sagemaker.models import Models
from blueprints.local.sagemaker.programs import program_of
from blueprints.local.sagemaker.records import Request
from blueprints.local.sagemaker.running import Programs
from blueprints.local.stand_ins import ClientFactory


class SageMakerControl:
    """Answers for models, endpoint configurations, endpoints and inference components with the service's semantics.

    Args:
        programs: What runs container images here.
        folder: Where artifacts are kept; a temporary one unless given.
    """

    name = "SageMaker control plane"
    service = "sagemaker"

    def __init__(self, programs: Programs = program_of, folder: Path | None = None) -> None:
        self.models = Models()
        self.configs = EndpointConfigs(self.models)
        self.fleet = Fleet(self.models, programs, folder)
        self.endpoints = Endpoints(self.configs, self.fleet)
        self.components = Components(self.endpoints, self.models, self.fleet)
        self.endpoints.components_of = self.components.of
        self._answers: Mapping[str, Callable[[Request, ClientFactory], dict[str, Any]]] = {
            **self.models.answers,
            **self.configs.answers,
            **self.endpoints.answers,
            **self.components.answers,
        }

    def scalable(self, resource: str, dimension: str) -> bool:
        """Tells whether there is something that can be scaled: instances or concurrency of a variant, or copies of a component.

        https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
        """
        kind, name, *rest = resource.split("/")
        if kind == "inference-component":
            return dimension == "sagemaker:inference-component:DesiredCopyCount" and self.components.records.find(name) is not None
        config = self.configs.records.find((self.endpoints.records.find(name) or {}).get("EndpointConfigName", ""))
        variants = [each for each in (config or {}).get("ProductionVariants", ()) if rest == ["variant", each["VariantName"]]]
        serverless = dimension == "sagemaker:variant:DesiredProvisionedConcurrency"
        return any(("ServerlessConfig" in variant) is serverless for variant in variants)

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error of SageMaker.
        """
        constraints.check(self.service, operation, request)
        return self._answers[operation](request, aws)
