"""A second model that gets a copy of the requests, and whose answers nobody sees."""

from dataclasses import dataclass

from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_range
from ml_constructs.sagemaker.inference.capacity.scaling import MOST_INSTANCES
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.model import Model

SHADOW = "Shadow"


@dataclass(frozen=True, kw_only=True)
class ShadowVariant:
    """Tries a model on what is asked of the one in production, on instances of its own.

    Args:
        model: The model on trial.
        hosting: Its instances.
        instances: How many; the number stays as it is, and one is enough, since callers don't wait for it.

    Raises:
        ValueError: A number of instances that can't be had.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/model-shadow-deployment.html
    """

    model: Model
    hosting: Hosting
    instances: int = 1

    def __post_init__(self) -> None:
        check_range("instances", self.instances, 1, MOST_INSTANCES)

    def render(self) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        """The variant as CloudFormation takes it."""
        return self.hosting.variant(model_name=self.model.model_name, instances=self.instances, name=SHADOW)
