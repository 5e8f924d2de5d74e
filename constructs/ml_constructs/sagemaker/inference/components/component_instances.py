"""The instances that the models of an endpoint share."""

from dataclasses import dataclass, field
from typing import Literal

from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_choice, check_range

STRATEGIES = ("IDLE_RELEASE", "CONSOLIDATION")
FEWEST_FOR_PRODUCTION = 2
MOST_INSTANCES = 1000


@dataclass(frozen=True, kw_only=True)
class ScaleIn:
    """Which instances go when copies have gone.

    Args:
        strategy: ``IDLE_RELEASE`` those without copies; ``CONSOLIDATION`` moves copies together and lets more go.
        step: Instances that go at a time, 1 to 100, with ``CONSOLIDATION``.
        cooldown_minutes: After the last change of the endpoint, 5 to 1,440, with ``CONSOLIDATION``.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantManagedInstanceScalingScaleInPolicy.html
    """

    strategy: Literal["IDLE_RELEASE", "CONSOLIDATION"] = "IDLE_RELEASE"
    step: int = 1
    cooldown_minutes: int = 20

    def __post_init__(self) -> None:
        check_choice("strategy", self.strategy, STRATEGIES)
        check_range("step", self.step, 1, 100)
        check_range("cooldown_minutes", self.cooldown_minutes, 5, 1440)

    def render(self) -> sagemaker.CfnEndpointConfig.ScaleInPolicyProperty:
        """The policy as CloudFormation takes it."""
        moves = self.strategy == "CONSOLIDATION"
        return sagemaker.CfnEndpointConfig.ScaleInPolicyProperty(
            strategy=self.strategy,
            maximum_step_size=self.step if moves else None,
            cooldown_in_minutes=self.cooldown_minutes if moves else None,
        )


@dataclass(frozen=True, kw_only=True)
class SharedInstances:
    """How many instances the models of an endpoint share; SageMaker starts and stops them as copies come and go.

    Args:
        minimum: Instances at least: 0 lets all go, 2 or more survive the loss of one.
        maximum: Instances at most.
        scale_in: Which go.
        allow_single: Whether one may be left alone, for tries: it has no second when it fails or its zone does.

    Raises:
        ValueError: Too few or too many instances.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantManagedInstanceScaling.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
    """

    minimum: int = 0
    maximum: int = 2
    scale_in: ScaleIn = field(default_factory=ScaleIn)
    allow_single: bool = False

    def __post_init__(self) -> None:
        check_range("maximum", self.maximum, 1, MOST_INSTANCES)
        check_range("minimum", self.minimum, 0, self.maximum)
        if self.minimum == 1 and not self.allow_single:
            raise ValueError(f"minimum must be 0, {FEWEST_FOR_PRODUCTION} or more, or 1 with allow_single, got 1")

    def render(self) -> sagemaker.CfnEndpointConfig.ManagedInstanceScalingProperty:
        """The bounds as CloudFormation takes them."""
        return sagemaker.CfnEndpointConfig.ManagedInstanceScalingProperty(
            status="ENABLED",
            min_instance_count=self.minimum,
            max_instance_count=self.maximum,
            scale_in_policy=self.scale_in.render(),
        )
