"""Defines the model that settings name."""

from collections.abc import Mapping

from constructs import Construct

from ml_constructs.sagemaker.inference.models.model import Model
from stacks.base import BlueprintStack
from stacks.settings.inference_model import ModelSettings


def model_of(
    stack: BlueprintStack, settings: ModelSettings, *, samples: Mapping[str, str], placed: bool, construct_id: str = "Model"
) -> Model:
    """Defines the model in ``stack``.

    Args:
        stack: The blueprint's; its key encrypts files whose bucket doesn't tell.
        settings: What is served.
        samples: The sample models, by framework, where no files are named.
        placed: Whether its containers are attached to the network of the functions.
        construct_id: Its id.
    """
    return Model(
        stack,
        construct_id,
        containers=[settings.container(Construct(stack, f"{construct_id}Parts"), samples=samples)],
        placement=stack.defaults.placement if placed else None,
        network_isolation=settings.network_isolation,
        key=stack.key,
    )
