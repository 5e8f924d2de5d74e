"""Checks of settings around a model that need more than one part of them."""

from collections.abc import Mapping

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.fit import check_fit
from stacks.settings.inference import HostingSettings
from stacks.settings.inference_model import ModelSettings


def check_model(model: ModelSettings, hosting: HostingSettings | None, samples: Mapping[str, str]) -> None:
    """Refuses a model without files that there is no sample of, and instances that can't run its image.

    An image of one's own is held against the instances when the stack is defined, where its repository is known.

    Args:
        model: The model.
        hosting: The instances; ``None`` for a serverless endpoint.
        samples: The sample models, by framework.

    Raises:
        ValueError: It names what is allowed.
    """
    if model.image is not None:
        return
    if model.artifact is None and model.hugging_face_id is None and model.framework not in samples:
        known = ", ".join(samples) or "no framework"
        raise ValueError(f"model.artifact must be given for {model.framework}, got none: there are sample models of {known}")
    if hosting is not None:
        image = FrameworkImage(model.framework, model.version, model.accelerator)
        check_fit(image, hosting.value().instance_types, setting="hosting.instance_type")
