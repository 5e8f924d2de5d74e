"""SageMaker's endpoint configurations: which variants serve which models on what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from blueprints.local.sagemaker.models import Models, check_role, containers, is_multi_model
from blueprints.local.sagemaker.naming import invalid
from blueprints.local.sagemaker.records import Record, Records, Request
from blueprints.local.stand_ins import ClientFactory


class EndpointConfigs:
    """Keeps endpoint configurations and checks how their parts go together.

    Follows https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html and its neighbours.

    Args:
        models: The models that variants name.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self.records = Records("endpoint-config", "EndpointConfig", "endpoint configuration")
        members = ("EndpointConfigName", "EndpointConfigArn", "CreationTime")
        self.answers: Mapping[str, Callable[[Request, ClientFactory], dict[str, Any]]] = {
            "CreateEndpointConfig": self._create,
            "DescribeEndpointConfig": lambda request, _aws: _told(self.records.get(request["EndpointConfigName"])),
            "ListEndpointConfigs": lambda request, _aws: self.records.list(request, members),
            "DeleteEndpointConfig": self._delete,
        }

    def _create(self, request: Request, aws: ClientFactory) -> dict[str, Any]:
        if problems := list(self._problems(request)):
            raise invalid(" ".join(problems))
        if "ExecutionRoleArn" in request:
            check_role(request["ExecutionRoleArn"], aws)
        return {"EndpointConfigArn": self.records.add(request)["EndpointConfigArn"]}

    def _delete(self, request: Request, _aws: ClientFactory) -> dict[str, Any]:
        self.records.remove(request["EndpointConfigName"])
        return {}

    def _problems(self, request: Request) -> Iterator[str]:
        """Yields what is wrong with a configuration."""
        variants, shadows = request["ProductionVariants"], request.get("ShadowProductionVariants") or []
        names = [variant["VariantName"] for variant in (*variants, *shadows)]
        if len(set(names)) < len(names):
            yield f"Variant names must be unique, got {names}."
        if shadows and len(variants) != 1:
            yield "There must be exactly one production variant for a shadow variant."
        for variant in (*variants, *shadows):
            yield from self._variant_problems(variant, request)
        if "AsyncInferenceConfig" in request:
            yield from _async_problems(variants)

    def _variant_problems(self, variant: Request, request: Request) -> Iterator[str]:
        name, serverless = variant["VariantName"], variant.get("ServerlessConfig")
        ways = [way for way in ("InstancePools", "InstanceType", "ServerlessConfig") if variant.get(way)]
        if len(ways) != 1:
            yield f"Variant {name} must have one of InstanceType, InstancePools and ServerlessConfig, got {ways or 'none'}."
        if serverless:
            yield from _serverless_problems(variant, request)
        if "ModelName" in variant:
            model = self._models.records.get(variant["ModelName"])
            if serverless and not _fits_serverless(model):
                yield f"Variant {name} is serverless: its model must have one container with one model, no VpcConfig, no network isolation."
            if "AsyncInferenceConfig" in request and len(containers(model)) > 1:
                yield f"Variant {name} is asynchronous: its model must have one container."
            if not serverless and "InitialInstanceCount" not in variant:
                yield f"Variant {name} must have an InitialInstanceCount."
        elif not request.get("ExecutionRoleArn"):
            yield f"Variant {name} has no ModelName: the endpoint configuration must then have an ExecutionRoleArn."


def _serverless_problems(variant: Request, request: Request) -> Iterator[str]:
    """Yields what serverless variants can't be combined with.

    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """
    name = variant["VariantName"]
    if len(request["ProductionVariants"]) > 1:
        yield f"Variant {name} is serverless and must be the only one."
    excluded = ("DataCaptureConfig", "AsyncInferenceConfig", "ShadowProductionVariants", "VpcConfig", "EnableNetworkIsolation")
    if with_it := [member for member in excluded if request.get(member)]:
        yield f"Variant {name} is serverless, which can't be combined with {', '.join(with_it)}."
    if variant["ServerlessConfig"]["MemorySizeInMB"] % 1024:
        yield f"Variant {name}: MemorySizeInMB must be a multiple of 1024, got {variant['ServerlessConfig']['MemorySizeInMB']}."
    if "InitialInstanceCount" in variant:
        yield f"Variant {name} is serverless and can't have an InitialInstanceCount."
    config = variant["ServerlessConfig"]
    if config.get("ProvisionedConcurrency", 0) > config["MaxConcurrency"]:
        yield f"Variant {name}: ProvisionedConcurrency must not be greater than MaxConcurrency."


def _fits_serverless(model: Record) -> bool:
    isolated = model.get("EnableNetworkIsolation") or "VpcConfig" in model
    return not (isolated or is_multi_model(model) or len(containers(model)) > 1)


def _async_problems(variants: list[Record]) -> Iterator[str]:
    if len(variants) != 1:
        yield "An asynchronous endpoint must have exactly one production variant."
    if any("ModelName" not in variant for variant in variants):
        yield "An asynchronous endpoint can't have inference components."


def _told(record: Record) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "LastModifiedTime"}
