"""The instances that serve a model, and how requests reach them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_choice, check_range
from ml_constructs.sagemaker.inference.capacity.instance_pool import CapacityReservation, InstancePool, check_pools
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds
from ml_constructs.sagemaker.inference.endpoints.routing import Routing
from ml_constructs.sagemaker.inference.models.drivers import GPU_AMIS, NEURON_AMIS, ami_kind
from ml_constructs.sagemaker.inference.models.fit import volume_key_allowed
from ml_constructs.sagemaker.instance_types import instance_type

VARIANT = "AllTraffic"
AMI_VERSIONS = (*GPU_AMIS, *NEURON_AMIS)
METRIC_PERIOD = 60
METRIC_PERIODS = (10, 30, 60, 120, 180, 240, 300)


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """The instances that serve a model. How many there are is said by a ``Scaling``.

    Args:
        instance_type: Such as ``ml.m6i.large``; left out where ``pools`` are given.
        pools: Instance types by priority, up to 5, tried in turn where capacity is short.
        volume_gb: The volume beside each instance, 1 to 512 GB; only for types without an instance store.
        routing: Which instance gets a request.
        download_timeout: For the download of the model, 1 minute to 1 hour; SageMaker's own when left out.
        startup_timeout: For the container's first healthy answer, 1 minute to 1 hour; SageMaker's own when left out.
        provision_timeout: How long instances are sought, 5 minutes to 1 hour; SageMaker's own when left out.
        reservation: Instances that are reserved already, of the one ``instance_type``.
        ami_version: The machine image with the drivers, one of ``AMI_VERSIONS``, for types with their accelerators only; left out,
            endpoints take the one that their images need, or SageMaker's own.
        enhanced_metrics: Whether metrics are also told by instance and container; they cost extra. ``EnableDetailedObservability`` is left
            to SageMaker, which sets it for new configurations.
        metric_period: Seconds between two values of a metric, one of ``METRIC_PERIODS``.

    Raises:
        ValueError: Values out of their ranges, or that don't go together.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html and
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html
    """

    instance_type: str | None = None
    pools: tuple[InstancePool, ...] = ()
    volume_gb: int | None = None
    routing: Routing = field(default_factory=Routing)
    download_timeout: Duration | None = None
    startup_timeout: Duration | None = None
    provision_timeout: Duration | None = None
    reservation: CapacityReservation | None = None
    ami_version: str | None = None
    enhanced_metrics: bool = False
    metric_period: int = METRIC_PERIOD

    def __post_init__(self) -> None:
        if (self.instance_type is None) == (not self.pools):
            given = f"{self.instance_type} and {len(self.pools)} pools"
            raise ValueError(f"either instance_type or pools must be given, got {given}")
        check_pools(self.pools)
        for name in self.instance_types:
            if "hosting" not in instance_type(name).jobs:
                raise ValueError(f"instance_type must be one that endpoints run on, got {name!r}")
        if self.reservation is not None and self.pools:
            # Only the reservation is launched into, and it is of one type.
            raise ValueError(f"pools must be left out with a reservation, which is of one instance type, got {len(self.pools)}")
        if self.volume_gb is not None:
            check_range("volume_gb", self.volume_gb, 1, 512)
            if not volume_key_allowed(self.instance_types):
                stores = ", ".join(self.instance_types)
                raise ValueError(f"volume_gb must be left out for {stores}, which have an instance store, got {self.volume_gb}")
        check_seconds("download_timeout", self.download_timeout, 60, 3600)
        check_seconds("startup_timeout", self.startup_timeout, 60, 3600)
        check_seconds("provision_timeout", self.provision_timeout, 300, 3600)
        if self.ami_version is not None:
            _check_machine(self.ami_version, self.instance_types)
        if self.metric_period not in METRIC_PERIODS:
            raise ValueError(f"metric_period must be one of {', '.join(map(str, METRIC_PERIODS))}, got {self.metric_period}")

    @property
    def instance_types(self) -> tuple[str, ...]:
        """All types that may be launched, the one wanted most first."""
        if self.instance_type is not None:
            return (self.instance_type,)
        return tuple(pool.instance_type for pool in sorted(self.pools, key=lambda pool: pool.priority))

    def variant(
        self,
        *,
        model_name: str | None,
        instances: int,
        name: str = VARIANT,
        routed: bool = True,
        managed_scaling: sagemaker.CfnEndpointConfig.ManagedInstanceScalingProperty | None = None,
    ) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        """The variant as CloudFormation takes it.

        Args:
            model_name: What it serves; ``None`` where inference components do.
            instances: How many it begins with.
            name: Its name, which an update has to keep.
            routed: Whether requests are sent to instances, which don't take them from a queue.
            managed_scaling: How SageMaker itself changes the number, where inference components ask for it.
        """
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=name,
            model_name=model_name,
            initial_instance_count=instances,
            initial_variant_weight=None if model_name is None else 1,
            instance_type=self.instance_type,
            instance_pools=[pool.render() for pool in self.pools] or None,
            managed_instance_scaling=managed_scaling,
            routing_config=self.routing.render() if routed else None,
            **self._machine(),
        )

    def metrics(self) -> sagemaker.CfnEndpointConfig.MetricsConfigProperty | None:
        """What is told of the instances, and how often, where it differs from what SageMaker does anyway."""
        if not self.enhanced_metrics and self.metric_period == METRIC_PERIOD:
            return None
        return sagemaker.CfnEndpointConfig.MetricsConfigProperty(
            enable_enhanced_metrics=self.enhanced_metrics, metric_publish_frequency_in_seconds=self.metric_period
        )

    def _machine(self) -> Mapping[str, Any]:
        return {
            "volume_size_in_gb": self.volume_gb,
            "model_data_download_timeout_in_seconds": _whole(self.download_timeout),
            "container_startup_health_check_timeout_in_seconds": _whole(self.startup_timeout),
            "variant_instance_provision_timeout_in_seconds": _whole(self.provision_timeout),
            "capacity_reservation_config": self.reservation.render() if self.reservation else None,
            "inference_ami_version": self.ami_version,
        }


def _check_machine(ami: str, instance_types: Sequence[str]) -> None:
    check_choice("ami_version", ami, AMI_VERSIONS)
    kind = ami_kind(ami)
    if others := [name for name in instance_types if instance_type(name).accelerator_kind != kind]:
        raise ValueError(f"ami_version must be for the accelerators of {', '.join(others)}, got {ami!r}, which is for {kind} instances")


def _whole(value: Duration | None) -> int | None:
    return None if value is None else seconds(value)
