from typing import Any

import pytest

from blueprints.checks.rules.volume_key import check


def config(*variants: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": list(variants), **properties}}
        }
    }


ON_THE_HOST = [
    config({"InstanceType": "ml.g5.xlarge"}, KmsKeyId="key"),
    config({"InstancePools": [{"InstanceType": "ml.m5.large"}, {"InstanceType": "ml.m5d.large"}]}, KmsKeyId="key"),
    config({"InstanceType": "ml.m5.large"}, KmsKeyId="key", ShadowProductionVariants=[{"InstanceType": "ml.g6.xlarge"}]),
]


@pytest.mark.parametrize("template", ON_THE_HOST, ids=["instance type", "one of the pools", "shadow"])
def test_finds_a_key_for_disks_of_the_host(template: dict[str, Any]) -> None:
    (finding,) = check(template)
    assert finding.message.startswith("has a KmsKeyId, which ml.")
    assert finding.message.endswith("refuse: leave it out")


@pytest.mark.parametrize(
    "template",
    [
        config({"InstanceType": "ml.g5.xlarge"}),
        config({"InstanceType": "ml.m5.large"}, KmsKeyId="key"),
        config({"ServerlessConfig": {"MemorySizeInMB": 1024}}, KmsKeyId="key"),
        config({"InstanceType": "ml.new1.large"}, KmsKeyId="key"),
    ],
    ids=["no key", "volumes", "serverless", "a type that the table lacks"],
)
def test_accepts_the_others(template: dict[str, Any]) -> None:
    assert list(check(template)) == []
