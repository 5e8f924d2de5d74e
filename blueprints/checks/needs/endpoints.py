"""What SageMaker does with the roles of models and endpoints.

See https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import ACCOUNT, Account, Resource
from blueprints.checks.needs.encryption import key_of
from blueprints.checks.needs.facts import Facts
from blueprints.checks.permissions import Need

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
LOGS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
# https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)
LISTS = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
METRICS = (("cloudwatch:namespace", "/aws/sagemaker/Endpoints"),)
FOR_SERVICES = (("kms:grantisforawsresource", "true"),)
_IMAGE = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)")
_S3 = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.*)")


def model_needs(account: Account, model: Resource, facts: Facts) -> Iterator[Need]:
    """What the role of a model needs for its images, its files, which may have a key of their own, and its network."""
    properties, role = model.properties, model.properties["ExecutionRoleArn"]
    yield Need(role, "cloudwatch:PutMetricData", "*", "containers are measured", METRICS)
    for container in properties.get("Containers", [properties.get("PrimaryContainer", {})]):
        yield from _image(role, container["Image"])
        yield from _files(account, role, container, facts)
    yield from network_needs(account, role, properties.get("VpcConfig", {}))


def _image(role: str, uri: str) -> Iterator[Need]:
    yield Need(role, "ecr:GetAuthorizationToken", "*", "images are pulled")
    if found := _IMAGE.match(uri):
        arn = f"arn:aws:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"
        yield from (Need(role, action, arn, "images are pulled") for action in PULL)


def _files(account: Account, role: str, container: Mapping[str, Any], facts: Facts) -> Iterator[Need]:
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    uri, prefix = container.get("ModelDataUrl", source.get("S3Uri")), source.get("S3DataType") == "S3Prefix"
    if uri:
        yield from _reading(account, role, uri, facts, whole_prefix=prefix or container.get("Mode") == "MultiModel")


def _reading(account: Account, role: str, uri: str, facts: Facts, *, whole_prefix: bool) -> Iterator[Need]:
    """What reading the files of a model takes; which ones lie below a prefix is found out by listing it."""
    bucket, key = in_s3(uri)
    context = (("kms:viaservice", f"s3.{account.region}.amazonaws.com"),)
    for arn in facts.also.get((uri, "kms:Decrypt"), ()):
        yield Need(role, "kms:Decrypt", arn, "the model's files are encrypted", context)
    yield Need(role, "s3:GetObject", f"{bucket}/{key}{'example' if whole_prefix else ''}", "the model's files are read")
    yield Need(role, "s3:ListBucket", bucket, "the model's files are looked for", (("s3:prefix", key),))


def network_needs(account: Account, role: str, network: Mapping[str, Any]) -> Iterator[Need]:
    """What attaching containers to a network takes."""
    if not network:
        return
    ec2 = f"arn:aws:ec2:{account.region}:{ACCOUNT}"
    parts = [f"subnet/{name}" for name in network["Subnets"]] + [f"security-group/{name}" for name in network["SecurityGroupIds"]]
    yield from (Need(role, "ec2:CreateNetworkInterface", f"{ec2}:{part}", "containers join the network") for part in parts)
    yield from (Need(role, action, f"{ec2}:network-interface/example", "containers join the network") for action in INTERFACES)
    yield from (Need(role, action, "*", "containers join the network") for action in LISTS)


def in_s3(uri: str) -> tuple[str, str]:
    """Returns the ARN of the bucket, and the key or prefix, of an address."""
    found = _S3.fullmatch(uri)
    if found is None:
        raise ValueError(f"address must look like s3://bucket/key, got {uri!r}")
    return f"arn:aws:s3:::{found['bucket']}", found["key"]


def endpoint_needs(account: Account, endpoint: Resource, facts: Facts) -> Iterator[Need]:
    """What the roles behind an endpoint need for its logs, its volumes and what it writes."""
    config = _config(account, endpoint)
    if "ExecutionRoleArn" in config:
        yield Need(config["ExecutionRoleArn"], "cloudwatch:PutMetricData", "*", "copies are measured", METRICS)
        yield from network_needs(account, config["ExecutionRoleArn"], config.get("VpcConfig", {}))
    for role in roles_of(account, config):
        if group := account.find(f"/aws/sagemaker/Endpoints/{endpoint.name}"):
            yield from (Need(role, action, f"{group.arn[:-1]}log-stream:example", "containers log") for action in LOGS)
        if key := config.get("KmsKeyId"):
            yield Need(role, "kms:CreateGrant", key, "volumes are encrypted", FOR_SERVICES)
        if uri := config.get("DataCaptureConfig", {}).get("DestinationS3Uri"):
            yield from _writing(account, role, uri, ("s3:PutObject",), "requests and answers are kept")
        yield from _asynchronous(account, role, config.get("AsyncInferenceConfig", {}).get("OutputConfig", {}))
        for arn in facts.also.get(("AWS::SageMaker::Endpoint", "s3:GetObject"), ()) if "AsyncInferenceConfig" in config else ():
            yield Need(role, "s3:GetObject", arn, "inputs are read")


def _config(account: Account, endpoint: Resource) -> Mapping[str, Any]:
    name = endpoint.properties["EndpointConfigName"]
    (found,) = (config for config in account.of_type("AWS::SageMaker::EndpointConfig") if name in (config.name, config.ref))
    return found.properties


def roles_of(account: Account, config: Mapping[str, Any]) -> list[str]:
    """The roles that the containers behind a configuration are run as."""
    variants = (*config.get("ProductionVariants", ()), *config.get("ShadowProductionVariants", ()))
    names = {variant["ModelName"] for variant in variants if "ModelName" in variant}
    models = [model for model in account.of_type("AWS::SageMaker::Model") if model.name in names]
    own = [config["ExecutionRoleArn"]] if "ExecutionRoleArn" in config else []
    return [*own, *(model.properties["ExecutionRoleArn"] for model in models)]


def component_needs(account: Account, component: Resource, facts: Facts) -> Iterator[Need]:
    """What the roles behind an inference component need for its logs and for the files of an adapter.

    AWS doesn't say which of the two roles it takes, that of the endpoint or that of the model; so both have to do.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-deploy-adapters.html
    """
    specification = component.properties.get("Specification", {})
    base = _component(account, specification.get("BaseInferenceComponentName")) or component
    adapter = specification.get("Container", {}).get("ArtifactUrl")
    for role in _roles_behind(account, base):
        if group := account.find(f"/aws/sagemaker/InferenceComponents/{component.name}"):
            yield from (Need(role, action, f"{group.arn[:-1]}log-stream:example", "copies log") for action in LOGS)
        if adapter:
            yield from _reading(account, role, adapter, facts, whole_prefix=adapter.endswith("/"))


def _component(account: Account, name: str | None) -> Resource | None:
    return next((found for found in account.of_type("AWS::SageMaker::InferenceComponent") if found.name == name), None)


def _roles_behind(account: Account, component: Resource) -> Iterator[str]:
    endpoints = account.of_type("AWS::SageMaker::Endpoint")
    (endpoint,) = (found for found in endpoints if found.name == component.properties["EndpointName"])
    yield from roles_of(account, _config(account, endpoint))
    name = component.properties.get("Specification", {}).get("ModelName")
    yield from (model.properties["ExecutionRoleArn"] for model in account.of_type("AWS::SageMaker::Model") if model.name == name)


def _asynchronous(account: Account, role: str, output: Mapping[str, Any]) -> Iterator[Need]:
    """See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html."""
    for name in ("S3OutputPath", "S3FailurePath"):
        if name in output:
            yield from _writing(account, role, output[name], ("s3:AbortMultipartUpload", "s3:PutObject"), "answers are written")
    topics = output.get("NotificationConfig", {})
    for name in ("ErrorTopic", "SuccessTopic"):
        if name in topics:
            yield Need(role, "sns:Publish", topics[name], "ends are announced")


def _writing(account: Account, role: str, uri: str, actions: tuple[str, ...], reason: str) -> Iterator[Need]:
    """What writing below an address takes; who puts a large object in parts has S3 read them back.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    """
    arn, prefix = in_s3(uri)
    yield from (Need(role, action, f"{arn}/{prefix.rstrip('/')}/example", reason) for action in actions)
    bucket = account.find(arn)
    if key := key_of(account, bucket) if bucket else None:
        context = (("kms:viaservice", f"s3.{account.region}.amazonaws.com"),)
        yield Need(role, "kms:Decrypt", key.arn, f"{reason}, large ones in parts", context)
