"""The configuration of an endpoint, replaced by every change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation.handler_function import Placement
from ml_constructs.sagemaker.inference.capacity.scaling import check_scalable
from ml_constructs.sagemaker.inference.deployments.shadow import ShadowVariant
from ml_constructs.sagemaker.inference.endpoints.data_capture import DataCapture
from ml_constructs.sagemaker.inference.endpoints.volume_key import explain_missing_key, grant_volumes, volume_key
from ml_constructs.sagemaker.inference.models.endpoint_role import network_ids

NOT_RETAINED = ("DesiredWeight",)
"""``DataCaptureConfig`` exists as a value, too, which AWS's reference calls not supported."""


@dataclass(frozen=True, kw_only=True)
class EndpointOptions:
    """What differs between the configurations of endpoints, beside the variant.

    Args:
        instance_types: All that may be launched; none for serverless endpoints.
        data_capture: Keeps requests and answers.
        shadow: Gets a copy of the requests.
        asynchronous: Makes the endpoint asynchronous.
        metrics: What is told of the instances.
        own_role: Whether the configuration has the role, because its variant has no model that brings one.
        placement: Network of the containers, where no model brings one.
        network_isolation: Whether containers are cut off, where no model says so.
        retain_capacity: Whether an update keeps the capacity that was scaled to, instead of starting anew from the configuration's.

    Raises:
        ValueError: Burstable instances whose number is scaled.
    """

    instance_types: tuple[str, ...] = ()
    data_capture: DataCapture | None = None
    shadow: ShadowVariant | None = None
    asynchronous: sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty | None = None
    metrics: sagemaker.CfnEndpointConfig.MetricsConfigProperty | None = None
    own_role: bool = False
    placement: Placement | None = None
    network_isolation: bool | None = None
    retain_capacity: bool = False

    def __post_init__(self) -> None:
        """Refuses instances whose number can't be scaled, where it is."""
        if self.retain_capacity and not self.own_role:
            check_scalable(self.instance_types)

    @property
    def forces(self) -> tuple[str, ...]:
        """What makes another endpoint: the instance types, unless inference components, and not the variant, are scaled."""
        return () if self.own_role else self.instance_types


def configure_endpoint(
    scope: Construct,
    construct_id: str,
    *,
    variant: sagemaker.CfnEndpointConfig.ProductionVariantProperty,
    roles: Sequence[iam.Role],
    options: EndpointOptions,
    key: kms.IKey | None,
) -> sagemaker.CfnEndpointConfig:
    """Defines the configuration, without a name, and lets the roles do what it asks for.

    Args:
        scope: Where it is defined.
        construct_id: Its id there.
        variant: The production variant.
        roles: What SageMaker runs the containers of the variants as, that of the production variant first.
        options: What differs between kinds of endpoints.
        key: Encrypts the volumes where the hardware allows.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    """
    types = (*options.instance_types, *(options.shadow.hosting.instance_types if options.shadow else ()))
    volumes = volume_key(key, types)
    config = sagemaker.CfnEndpointConfig(
        scope,
        construct_id,
        production_variants=[variant],
        shadow_production_variants=[options.shadow.render()] if options.shadow else None,
        async_inference_config=options.asynchronous,
        data_capture_config=options.data_capture.render() if options.data_capture else None,
        enable_network_isolation=options.network_isolation,
        execution_role_arn=roles[0].role_arn if options.own_role else None,
        kms_key_id=volumes.key_arn if volumes else None,
        metrics_config=options.metrics,
        vpc_config=_network(options.placement) if options.placement else None,
    )
    for role in roles:
        if options.data_capture is not None:
            options.data_capture.grant(role)
        if volumes is not None:
            grant_volumes(volumes, role)
    if volumes is None:
        explain_missing_key(config, key, types)
    return config


def retention(options: EndpointOptions) -> dict[str, Any]:
    """What an update keeps: the counts that were scaled to, and not the weights.

    AWS doesn't say whether that holds for scaled provisioned concurrency too; where it doesn't, scaling starts anew from the least.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VariantProperty.html
    """
    if not options.retain_capacity:
        return {}
    excluded = [sagemaker.CfnEndpoint.VariantPropertyProperty(variant_property_type=kind) for kind in NOT_RETAINED]
    return {"retain_all_variant_properties": True, "exclude_retained_variant_properties": excluded}


def _network(placement: Placement) -> sagemaker.CfnEndpointConfig.VpcConfigProperty:
    subnets, groups = network_ids(placement)
    return sagemaker.CfnEndpointConfig.VpcConfigProperty(subnets=subnets, security_group_ids=groups)
