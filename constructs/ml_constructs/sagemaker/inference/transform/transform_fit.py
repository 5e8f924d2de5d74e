"""Whether batch transform takes a model, and its instances run it."""

from ml_constructs.sagemaker.images import ContainerImage
from ml_constructs.sagemaker.inference.models.fit import check_fit
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.inference.transform.transform_options import TransformRuns

NEWEST_CUDA = 12


def check_model(model: Model, runs: TransformRuns, *, region: str) -> None:
    """Refuses models that batch transform doesn't take, and instances that don't run them.

    Args:
        model: Does the work.
        runs: On which instances.
        region: Where; a token is taken for any region.

    Raises:
        ValueError: It says what batch transform takes, or names instance types that fit.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html (ModelDataSource),
    https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html and, for the drivers of its instances,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformResources.html (TransformAmiVersion)
    """
    if model.data_source:
        raise ValueError("model must have its files as a .tar.gz archive, got a ModelDataSource, which batch transform doesn't take")
    if model.multi_model:
        raise ValueError("model must be a single one, got mode MultiModel, which is for endpoints")
    if model.execution != "Serial":
        raise ValueError(f"execution must be Serial, got {model.execution!r}: nobody chooses a container for a record")
    for container in model.containers:
        _check_drivers(container.image)
        check_fit(container.image, [runs.instance_type], setting="runs.instance_type", job="transform", region=region)


def _check_drivers(image: ContainerImage) -> None:
    """The newest drivers that AWS has for batch transform are of NVIDIA's 535 branch, which no CUDA after 12 runs on."""
    if image.cuda is not None and int(image.cuda.split(".")[0]) > NEWEST_CUDA:
        raise ValueError(f"image must have CUDA {NEWEST_CUDA} or an earlier one for batch transform, got {image.cuda} in {image.title}")
