"""Containers of a serverless endpoint that are kept warm."""

from dataclasses import dataclass, field

from aws_cdk import Duration

from ml_constructs.foundation.checks import check_range
from ml_constructs.sagemaker.inference.capacity.scaling import LONGEST_COOLDOWN
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds

MOST_CONCURRENCY = 200
UTILIZATION = "SageMakerVariantProvisionedConcurrencyUtilization"
"""The only metric of Application Auto Scaling that exists for serverless variants."""


@dataclass(frozen=True, kw_only=True)
class ProvisionedConcurrency:
    """How many containers are ready before a request comes; more are lent on demand. Equal bounds keep the number as it is.

    Args:
        minimum: Containers at least, 1 to 200.
        maximum: Containers at most, up to the endpoint's concurrency.
        utilization: The share of them that is to be at work, above 0 and up to 1.
        scale_in_cooldown: How long after a change fewer are considered, up to an hour.
        scale_out_cooldown: How long after a change more are, up to an hour.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html
    """

    minimum: int = 1
    maximum: int = 1
    utilization: float = 0.7
    scale_in_cooldown: Duration = field(default_factory=lambda: Duration.minutes(5))
    scale_out_cooldown: Duration = field(default_factory=lambda: Duration.minutes(1))

    def __post_init__(self) -> None:
        check_range("minimum", self.minimum, 1, MOST_CONCURRENCY)
        check_range("maximum", self.maximum, self.minimum, MOST_CONCURRENCY)
        if not 0 < self.utilization <= 1:
            raise ValueError(f"utilization must be above 0 and at most 1, got {self.utilization}")
        check_seconds("scale_in_cooldown", self.scale_in_cooldown, 0, LONGEST_COOLDOWN)
        check_seconds("scale_out_cooldown", self.scale_out_cooldown, 0, LONGEST_COOLDOWN)

    @property
    def scaled(self) -> bool:
        """Whether the number changes with the load."""
        return self.maximum > self.minimum

    def check_within(self, max_concurrency: int) -> None:
        """Refuses more than the endpoint ever serves at once.

        Raises:
            ValueError: Names both numbers.
        """
        if self.maximum > max_concurrency:
            raise ValueError(f"maximum of provisioned must be at most max_concurrency, {max_concurrency}, got {self.maximum}")
