"""Instances that run what they are to serve."""

from collections.abc import Sequence
from dataclasses import replace

from aws_cdk import Annotations, Stack, Token
from constructs import Construct

from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.drivers import check_ami, inference_ami
from ml_constructs.sagemaker.inference.models.fit import check_fit
from ml_constructs.sagemaker.instance_types import generated_from, instance_type, priced_regions

UNPRICED = "ml-blueprints:unpricedInstanceType"
PAGE = "https://aws.amazon.com/sagemaker/ai/pricing/"


def fitted(scope: Construct, hosting: Hosting, containers: Sequence[Container]) -> Hosting:
    """Returns ``hosting`` with the machine image whose drivers the containers need, and warns of types that may not be had there.

    Args:
        scope: Where in the app, and so in which region, the instances are.
        hosting: The instances.
        containers: All that run on each of them.

    Raises:
        ValueError: Instances that can't run one of the images, or a machine image without its drivers.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
    """
    _warn_of_unpriced(scope, hosting.instance_types)
    ami = hosting.ami_version
    for container in containers:
        check_fit(container.image, hosting.instance_types, region=Stack.of(scope).region)
        if hosting.ami_version is not None:
            check_ami(container.image, hosting.ami_version)
        elif ami is None:
            ami = inference_ami(container.image, hosting.instance_types)
    return replace(hosting, ami_version=ami)


def _warn_of_unpriced(scope: Construct, instance_types: Sequence[str]) -> None:
    """Warns at synthesis of types that can't be held against a region, because no source lists a price."""
    region = Stack.of(scope).region
    unlisted = not Token.is_unresolved(region) and region not in priced_regions("hosting")
    unpriced = [name for name in instance_types if unlisted or not instance_type(name).regions("hosting")]
    if unpriced:
        what = f"no price of {', '.join(unpriced)} for endpoints is known{f' in {region}' if unlisted else ''} ({generated_from()})"
        message = f"{what}: check that the region offers it, what it costs, and whether it is sold by reservation only ({PAGE})"
        Annotations.of(scope).add_warning_v2(UNPRICED, message)
