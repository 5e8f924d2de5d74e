"""How the copies of a model are counted, placed and replaced."""

from dataclasses import dataclass, field
from typing import Literal

from aws_cdk import Duration
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_choice, check_range
from ml_constructs.sagemaker.inference.components.component_update import RollingUpdate
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds

METRICS = {
    "concurrency": "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    "invocations": "SageMakerInferenceComponentInvocationsPerCopy",
}
STRATEGIES = ("SPREAD", "BINPACK")
MOST_COPIES = 1000
LONGEST_COOLDOWN = 3600
Component = sagemaker.CfnInferenceComponent


@dataclass(frozen=True, kw_only=True)
class CopyScaling:
    """How many copies of a model run.

    Args:
        minimum: When nobody asks; 0 lets instances go.
        maximum: When many ask, at least 1.
        initial: When the model is deployed, ``minimum`` to ``maximum``.
        metric: ``concurrency``, requests at once, seen every ten seconds, or ``invocations``, requests a minute.
        target: Of the metric, for one copy.
        scale_in_cooldown: How long after a change fewer copies are considered, up to an hour.
        scale_out_cooldown: How long after a change more are, up to an hour.
        start_time: How long the first copy may take from zero, up to an hour; until then no other is started for want of it.

    Raises:
        ValueError: Counts that contradict each other, or a metric of something else.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
    """

    minimum: int = 0
    maximum: int = 2
    initial: int = 1
    metric: Literal["concurrency", "invocations"] = "concurrency"
    target: float = 5
    scale_in_cooldown: Duration = field(default_factory=lambda: Duration.minutes(5))
    scale_out_cooldown: Duration = field(default_factory=lambda: Duration.minutes(1))
    start_time: Duration = field(default_factory=lambda: Duration.minutes(15))

    def __post_init__(self) -> None:
        check_range("maximum", self.maximum, 1, MOST_COPIES)
        check_range("minimum", self.minimum, 0, self.maximum)
        check_range("initial", self.initial, self.minimum, self.maximum)
        check_choice("metric", self.metric, METRICS)
        if self.target <= 0:
            raise ValueError(f"target must be above 0, got {self.target}")
        check_seconds("scale_in_cooldown", self.scale_in_cooldown, 0, LONGEST_COOLDOWN)
        check_seconds("scale_out_cooldown", self.scale_out_cooldown, 0, LONGEST_COOLDOWN)
        check_seconds("start_time", self.start_time, 60, LONGEST_COOLDOWN)

    @property
    def scaled(self) -> bool:
        """Whether the number changes with the load."""
        return self.maximum > self.minimum

    @property
    def predefined_metric(self) -> str:
        """What Application Auto Scaling calls the metric."""
        return METRICS[self.metric]


@dataclass(frozen=True, kw_only=True)
class CopyPlacement:
    """On which instances copies are put.

    Args:
        strategy: ``SPREAD`` survives the loss of an instance, ``BINPACK`` needs fewer.
        zone_imbalance: By how many copies availability zones may differ, 0 to 100.

    Raises:
        ValueError: A strategy that there isn't, or a difference out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentSchedulingConfig.html
    """

    strategy: Literal["SPREAD", "BINPACK"] = "SPREAD"
    zone_imbalance: int = 1

    def __post_init__(self) -> None:
        check_choice("strategy", self.strategy, STRATEGIES)
        check_range("zone_imbalance", self.zone_imbalance, 0, 100)

    def render(self) -> Component.InferenceComponentSchedulingConfigProperty:
        """The property of an inference component."""
        balance = Component.InferenceComponentAvailabilityZoneBalanceProperty(
            enforcement_mode="PERMISSIVE", max_imbalance=self.zone_imbalance
        )
        return Component.InferenceComponentSchedulingConfigProperty(placement_strategy=self.strategy, availability_zone_balance=balance)


@dataclass(frozen=True, kw_only=True)
class CopyStart:
    """How long a copy may take to start.

    Args:
        download: Of the model to the instance, 1 to 60 minutes.
        health_check: Until the container answers, 1 to 60 minutes.

    Raises:
        ValueError: A time out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentStartupParameters.html
    """

    download: Duration = field(default_factory=lambda: Duration.minutes(30))
    health_check: Duration = field(default_factory=lambda: Duration.minutes(30))

    def __post_init__(self) -> None:
        check_seconds("download", self.download, 60, 3600)
        check_seconds("health_check", self.health_check, 60, 3600)

    def render(self) -> Component.InferenceComponentStartupParametersProperty:
        """The property of an inference component."""
        return Component.InferenceComponentStartupParametersProperty(
            model_data_download_timeout_in_seconds=seconds(self.download),
            container_startup_health_check_timeout_in_seconds=seconds(self.health_check),
        )


@dataclass(frozen=True, kw_only=True)
class ComponentOptions:
    """How the copies of a model are started, placed and replaced.

    Args:
        start: How long a copy may take to start.
        placement: On which instances copies are put; SageMaker decides when left out.
        update: How they are replaced.
        cache: Whether instances keep image and artifacts for the next copy, which then starts sooner.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentDataCacheConfig.html
    """

    start: CopyStart = field(default_factory=CopyStart)
    placement: CopyPlacement | None = field(default_factory=CopyPlacement)
    update: RollingUpdate = field(default_factory=RollingUpdate)
    cache: bool = True
