"""One container of a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aws_cdk import Token
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation.checks import check_choice, check_text
from ml_constructs.sagemaker.images import ContainerImage, FrameworkImage
from ml_constructs.sagemaker.inference.models.artifacts import Artifact, PrefixArtifact

Mode = Literal["SingleModel", "MultiModel"]

MODES = ("SingleModel", "MultiModel")
HOSTNAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
VARIABLE = r"[a-zA-Z_][a-zA-Z0-9_]*"
MAX_TEXT = 1024
MAX_VARIABLES = 100


@dataclass(frozen=True)
class Container:
    """An image, the files that it serves, and how it is set up.

    Args:
        image: What runs.
        artifact: The files of its model; ``None`` for an image that has them in it.
        environment: Variables beside those of the artifact; nothing secret, as whoever may describe the model reads them.
        hostname: Its name among several containers.
        mode: ``MultiModel`` serves each archive below a prefix as a model of its own.
        model_cache: Whether a container of many models keeps them in memory once they are loaded.

    Raises:
        ValueError: An image that can't serve many models, or files that don't fit the image or the mode.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html
    """

    image: ContainerImage
    artifact: Artifact | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    hostname: str | None = None
    mode: Mode = "SingleModel"
    model_cache: bool = True

    def __post_init__(self) -> None:
        """Refuses what SageMaker would refuse, or start and not serve."""
        check_choice("mode", self.mode, MODES)
        if self.hostname is not None:
            check_text("hostname", self.hostname, HOSTNAME, "up to 63 letters, digits and single hyphens between them")
        if self.multi_model:
            self._check_multi_model()
        elif self.artifact is None and isinstance(self.image, FrameworkImage) and self.image.hub is None:
            raise ValueError(f"artifact must be given for {self.image.title}, which has no model in it, got None")
        if (count := len(self.variables())) > MAX_VARIABLES:
            raise ValueError(f"environment must have at most {MAX_VARIABLES} variables, got {count}")
        for name, value in self.variables().items():
            _check_variable(name, value)

    @property
    def multi_model(self) -> bool:
        """Whether it serves many models."""
        return self.mode == "MultiModel"

    @property
    def needs_network(self) -> bool:
        """Whether it downloads its model itself."""
        return self.artifact is not None and self.artifact.needs_network

    @property
    def data_source(self) -> bool:
        """Whether its model comes as a ``ModelDataSource``, which neither serverless endpoints nor batch transform take."""
        return not self.multi_model and self.artifact is not None and self.artifact.data_source

    def variables(self) -> dict[str, str]:
        """Every environment variable; those given go before those of the artifact."""
        found = {} if self.artifact is None else self.artifact.variables(self.image)
        return {**found, **self.environment}

    def definition(self, scope: Construct) -> sagemaker.CfnModel.ContainerDefinitionProperty:
        """The container the way that a model of ``scope`` has it."""
        return sagemaker.CfnModel.ContainerDefinitionProperty(
            image=self.image.uri(scope),
            environment=self.variables() or None,
            container_hostname=self.hostname,
            mode=self.mode,
            **self._files(scope),
        )

    def _files(self, scope: Construct) -> dict[str, Any]:
        if self.artifact is None:
            return {}
        if not self.multi_model:
            return self.artifact.properties(scope)
        setting = "Enabled" if self.model_cache else "Disabled"
        config = sagemaker.CfnModel.MultiModelConfigProperty(model_cache_setting=setting)
        return {"model_data_url": self.artifact.url(scope), "multi_model_config": config}

    def _check_multi_model(self) -> None:
        if not self.image.multi_model:
            raise ValueError(f"image must be one that serves many models for mode MultiModel, got {self.image.title}")
        if not isinstance(self.artifact, PrefixArtifact):
            raise ValueError(f"artifact must be a PrefixArtifact for mode MultiModel, got {type(self.artifact).__name__}")


def _check_variable(name: str, value: str) -> None:
    check_text("environment variable", name, VARIABLE, "a name of letters, digits and underscores")
    if not Token.is_unresolved(value) and len(value.encode()) > MAX_TEXT:
        raise ValueError(f"environment variable {name} must have at most {MAX_TEXT} bytes, got {len(value.encode())}")
