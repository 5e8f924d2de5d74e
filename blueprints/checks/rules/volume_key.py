"""Keys for volumes that the hardware has none of."""

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import Account
from blueprints.checks.rules.finding import Finding, Template
from ml_constructs.sagemaker.instance_types import instance_type

ISSUE = "aws/sagemaker-python-sdk#3677"


def _types(config: Mapping[str, Any]) -> Iterator[str]:
    for variant in (*config.get("ProductionVariants", ()), *config.get("ShadowProductionVariants", ())):
        yield from (pool["InstanceType"] for pool in variant.get("InstancePools", ()))
        if "InstanceType" in variant:
            yield variant["InstanceType"]


def _stored_on_the_host(name: str) -> bool:
    try:
        return instance_type(name).instance_store
    except ValueError:  # the rule serves any template, also one with types that are newer than the table
        return False


def check(template: Template) -> Iterator[Finding]:
    """No endpoint gives a key for volumes to instances whose disks are the host's own, which the hardware encrypts."""
    for config in Account({"stack": template}).of_type("AWS::SageMaker::EndpointConfig"):
        local = sorted({name for name in _types(config.properties) if _stored_on_the_host(name)})
        if "KmsKeyId" in config.properties and local:
            yield Finding(ISSUE, config.logical_id, f"has a KmsKeyId, which {', '.join(local)} refuse: leave it out")
