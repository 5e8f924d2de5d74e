"""Which deployments an endpoint can't have."""

from collections.abc import Sequence

from ml_constructs.sagemaker.inference.deployments.deployment import Deployment
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Rolling

FEWEST_FOR_STEPS = 2


def check_deployment(deployment: Deployment | None, *, instance_types: Sequence[str], instances: int, shadow: bool) -> None:
    """Refuses what SageMaker would leave out without a word, or refuse itself in the middle of a deployment.

    Args:
        deployment: How an update is made.
        instance_types: All that may be launched; none for serverless endpoints.
        instances: How many the variant begins with.
        shadow: Whether there is a second variant.

    Raises:
        ValueError: A deployment that the endpoint can't have.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """
    if deployment is None:
        return
    kind = type(deployment).__name__
    if deployment.gradual and (old := [each for each in instance_types if each.startswith("ml.inf1.")]):
        raise ValueError(f"deployment must be AllAtOnce on {', '.join(old)}, as SageMaker would make it, got {kind}")
    if isinstance(deployment, Rolling) and (shadow or not instance_types):
        what = "a shadow variant" if shadow else "a serverless endpoint"
        raise ValueError(f"deployment must not be rolling with {what}, got {kind}")
    if deployment.gradual and instance_types and instances < FEWEST_FOR_STEPS:
        raise ValueError(f"deployment must be AllAtOnce with fewer than {FEWEST_FOR_STEPS} instances, got {kind} with {instances}")
