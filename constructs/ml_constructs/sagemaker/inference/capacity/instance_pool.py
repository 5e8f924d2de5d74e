"""Where instances come from when the one wanted most can't be had."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Token
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_range

MOST_POOLS = 5
ONLY_RESERVED = "capacity-reservations-only"
_RESERVATION = re.compile(r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z0-9\-]{1,14}/.*")


@dataclass(frozen=True, kw_only=True)
class InstancePool:
    """One of the instance types that a variant is content with.

    Args:
        instance_type: Such as ``ml.g5.xlarge``.
        priority: 1 is asked for first, 5 last.

    Raises:
        ValueError: A priority out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePool.html
    """

    instance_type: str
    priority: int

    def __post_init__(self) -> None:
        check_range("priority", self.priority, 1, MOST_POOLS)

    def render(self) -> sagemaker.CfnEndpointConfig.InstancePoolProperty:
        """The pool as CloudFormation takes it."""
        return sagemaker.CfnEndpointConfig.InstancePoolProperty(instance_type=self.instance_type, priority=self.priority)


def check_pools(pools: Sequence[InstancePool]) -> None:
    """Refuses pools that SageMaker can't put in an order.

    Raises:
        ValueError: Too many, or two of the same type or priority.
    """
    if len(pools) > MOST_POOLS:
        raise ValueError(f"pools must be at most {MOST_POOLS}, got {len(pools)}")
    for name, values in (("instance_type", [pool.instance_type for pool in pools]), ("priority", [pool.priority for pool in pools])):
        if len(set(values)) < len(values):
            raise ValueError(f"each {name} of pools must stand once, got {', '.join(map(str, values))}")


@dataclass(frozen=True, kw_only=True)
class CapacityReservation:
    """Instances that are reserved already, for instance by a training plan for inference; no others are launched.

    Args:
        reservation_arn: The ML capacity reservation.

    Raises:
        ValueError: What can't be the ARN of one.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantCapacityReservationConfig.html
    """

    reservation_arn: str

    def __post_init__(self) -> None:
        if not Token.is_unresolved(self.reservation_arn) and not _RESERVATION.fullmatch(self.reservation_arn):
            raise ValueError(f"reservation_arn must be the ARN of an ML capacity reservation of SageMaker, got {self.reservation_arn!r}")

    def render(self) -> sagemaker.CfnEndpointConfig.CapacityReservationConfigProperty:
        """The reservation as CloudFormation takes it."""
        return sagemaker.CfnEndpointConfig.CapacityReservationConfigProperty(
            capacity_reservation_preference=ONLY_RESERVED, ml_reservation_arn=self.reservation_arn
        )
