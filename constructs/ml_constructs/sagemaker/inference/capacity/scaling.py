"""How many instances serve a model, and what more of them follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from aws_cdk import Duration

from ml_constructs.foundation.checks import check_choice, check_range
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds

FEWEST_FOR_PRODUCTION = 2
MOST_INSTANCES = 1000
LONGEST_COOLDOWN = 3600
BURSTABLE = "ml.t2."
PREDEFINED = {
    "invocations": "SageMakerVariantInvocationsPerInstance",
    "concurrency": "SageMakerVariantConcurrentRequestsPerModelHighResolution",
}
"""The metrics of Application Auto Scaling that exist for variants of real-time endpoints."""

ScalingMetric = Literal["invocations", "concurrency"]


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """How many instances serve a model that answers while the caller waits.

    Equal bounds keep the number as it is. Two instances at least let SageMaker spread them over availability zones, as AWS advises.

    Args:
        min_instances: Instances at least, 2 unless ``allow_single``.
        max_instances: Instances at most.
        metric: ``invocations`` a minute, known after a minute or more, or ``concurrency``, known within ten seconds: requests that are
            worked on, or wait, at once.
        target: What each instance is to bear of the metric.
        scale_in_cooldown: How long after a change fewer instances are considered, up to an hour.
        scale_out_cooldown: How long after a change more are, up to an hour.
        allow_single: Whether one instance may serve alone, for tries: it has no second when it fails or its zone does.

    Raises:
        ValueError: Too few or too many instances, or a value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html,
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-best-practices.html and
    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
    """

    target: float
    min_instances: int = FEWEST_FOR_PRODUCTION
    max_instances: int = 4
    metric: ScalingMetric = "invocations"
    scale_in_cooldown: Duration = field(default_factory=lambda: Duration.minutes(5))
    scale_out_cooldown: Duration = field(default_factory=lambda: Duration.minutes(1))
    allow_single: bool = False

    def __post_init__(self) -> None:
        fewest = 1 if self.allow_single else FEWEST_FOR_PRODUCTION
        if self.min_instances < fewest:
            rescue = "" if self.allow_single else ", or 1 with allow_single"
            raise ValueError(f"min_instances must be at least {fewest}{rescue}, got {self.min_instances}")
        check_range("max_instances", self.max_instances, self.min_instances, MOST_INSTANCES)
        check_choice("metric", self.metric, PREDEFINED)
        if self.target <= 0:
            raise ValueError(f"target must be above 0, got {self.target}")
        check_seconds("scale_in_cooldown", self.scale_in_cooldown, 0, LONGEST_COOLDOWN)
        check_seconds("scale_out_cooldown", self.scale_out_cooldown, 0, LONGEST_COOLDOWN)

    @property
    def scaled(self) -> bool:
        """Whether the number changes with the load."""
        return self.max_instances > self.min_instances

    @property
    def predefined_metric(self) -> str:
        """The metric by its name in Application Auto Scaling."""
        return PREDEFINED[self.metric]


def check_scalable(instance_types: Sequence[str], *, setting: str = "instance_type") -> None:
    """Refuses burstable instances, whose number Application Auto Scaling doesn't change.

    Args:
        instance_types: All that may be launched.
        setting: What they are for, as the user knows it.

    Raises:
        ValueError: It names them.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-policy.html
    """
    if burstable := [name for name in instance_types if name.startswith(BURSTABLE)]:
        raise ValueError(
            f"{setting} must not be burstable where the number of instances is scaled, got {', '.join(burstable)}; "
            "allowed: other types, or as many instances at most as at least"
        )
