"""Instances that run what they are to serve."""

from collections.abc import Sequence
from dataclasses import replace

from aws_cdk import Stack
from constructs import Construct

from ml_constructs.sagemaker.inference.container import Container
from ml_constructs.sagemaker.inference.drivers import check_ami, inference_ami
from ml_constructs.sagemaker.inference.fit import check_fit
from ml_constructs.sagemaker.inference.hosting import Hosting


def fitted(scope: Construct, hosting: Hosting, containers: Sequence[Container]) -> Hosting:
    """Returns ``hosting`` with the machine image whose drivers the containers need.

    Args:
        scope: Where in the app, and so in which region, the instances are.
        hosting: The instances.
        containers: All that run on each of them.

    Raises:
        ValueError: Instances that can't run one of the images, or a machine image without its drivers.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
    """
    ami = hosting.ami_version
    for container in containers:
        check_fit(container.image, hosting.instance_types, region=Stack.of(scope).region)
        if hosting.ami_version is not None:
            check_ami(container.image, hosting.ami_version)
        elif ami is None:
            ami = inference_ami(container.image)
    return replace(hosting, ami_version=ami)
