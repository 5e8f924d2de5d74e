"""A limit of SageMaker's that is overstepped is refused twice: in the settings, by name, and in a template that gets around them."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from blueprints.checks.deployed import Account
from blueprints.local import schemas
from stacks.settings import SettingsError, load
from tests import templates

CONFIG, ENDPOINT = "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Endpoint"
COMPONENT, MODEL, TARGET = "AWS::SageMaker::InferenceComponent", "AWS::SageMaker::Model", "AWS::ApplicationAutoScaling::ScalableTarget"

# By blueprint: settings and values that SageMaker, or this hardware, doesn't take.
SETTINGS: dict[str, dict[str, Any]] = {
    "real-time-inference": {
        "scaling.min_instances": 1,
        "scaling.max_instances": 2,
        "scaling.target": 0,
        "hosting.pools.0.instance_type": "ml.inf2.xlarge",
        "hosting.pools.0.priority": 6,
        "hosting.startup_timeout_seconds": 59,
        "hosting.download_timeout_seconds": 3601,
        "hosting.provision_timeout_seconds": 299,
        "hosting.metric_period_seconds": 20,
        "hosting.volume_gb": 513,
        "data_capture.percent": 101,
        "deployment.percent": 51,
        "deployment.wait_seconds": 3601,
        "deployment.max_duration_minutes": 481,
        "requests.max_bytes": 6_291_457,
        "requests.timeout_seconds": 30,
    },
    "serverless-inference": {
        "memory_mb": 7168,
        "max_concurrency": 201,
        "provisioned.maximum": 51,
        "model.accelerator": "gpu",
        "model.network_isolation": True,
        "model_in_network": True,
        "model.artifact": "s3://example-models/wine/2/",
        "requests.max_bytes": 4_194_305,
    },
    "async-inference": {
        "requests.concurrency_per_instance": 1001,
        "requests.timeout_seconds": 3601,
        "requests.time_to_live_minutes": 361,
        "requests.max_megabytes": 1001,
        "scaling.max_instances": 0,
        "scaling.backlog_per_instance": 0,
        "hosting.pools.0.instance_type": "ml.trn1.2xlarge",
    },
    "multi-model-inference": {
        "hosting.pools.0.instance_type": "ml.inf2.xlarge",
        "models.framework": "vllm",
        "callers.auth": "iam",
        "scaling.min_instances": 1,
        "requests.max_bytes": 6_291_457,
    },
    "llm-inference": {
        "accelerator": "tpu",
        "instance_types.0": "ml.m5.large",
        "instances.maximum": 1,
        "models.assistant.accelerators": 5,
        "models.assistant.memory_mb": 127,
        "models.writer.copies.maximum": 40,
        "update.batch_percent": 51,
        "limits.timeout_seconds": 30,
    },
    "batch-transform": {
        "records.payload_mb": 101,
        "records.concurrency": 11,
        "records.timeout_seconds": 3601,
        "records.retries": 4,
        "runs.instance_type": "ml.inf2.xlarge",
        "runs.max_instances": 101,
        "model.artifact": "s3://example-models/ranking/",
    },
}
VARIANT = "ProductionVariants.0"
# By blueprint: types of resources, properties of the comprehensive sample, and values that CloudFormation's registry refuses.
PROPERTIES: dict[str, list[tuple[str, str, Any]]] = {
    "real-time-inference": [
        (CONFIG, f"{VARIANT}.InitialInstanceCount", 0),
        (CONFIG, f"{VARIANT}.ContainerStartupHealthCheckTimeoutInSeconds", 3601),
        (CONFIG, f"{VARIANT}.ModelDataDownloadTimeoutInSeconds", 59),
        (CONFIG, f"{VARIANT}.RoutingConfig.RoutingStrategy", "ROUND_ROBIN"),
        (CONFIG, "DataCaptureConfig.InitialSamplingPercentage", 101),
        (CONFIG, "MetricsConfig.MetricPublishFrequencyInSeconds", 20),
        (ENDPOINT, "DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds", 3601),
        (ENDPOINT, "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type", "SLOWLY"),
        (TARGET, "ServiceNamespace", "ml"),
    ],
    "serverless-inference": [
        (CONFIG, f"{VARIANT}.ServerlessConfig.MemorySizeInMB", 7168),
        (CONFIG, f"{VARIANT}.ServerlessConfig.MaxConcurrency", 201),
        (CONFIG, f"{VARIANT}.ServerlessConfig.ProvisionedConcurrency", 0),
    ],
    "async-inference": [
        (CONFIG, "AsyncInferenceConfig.ClientConfig.MaxConcurrentInvocationsPerInstance", 1001),
        (CONFIG, "AsyncInferenceConfig.OutputConfig.S3OutputPath", "answers"),
        (CONFIG, "AsyncInferenceConfig.OutputConfig.NotificationConfig.ErrorTopic", "errors"),
    ],
    "multi-model-inference": [
        (MODEL, "PrimaryContainer.Mode", "ManyModels"),
        (MODEL, "PrimaryContainer.MultiModelConfig.ModelCacheSetting", "Sometimes"),
    ],
    "llm-inference": [
        (CONFIG, f"{VARIANT}.ManagedInstanceScaling.MinInstanceCount", -1),
        (CONFIG, f"{VARIANT}.ManagedInstanceScaling.Status", "ON"),
        (COMPONENT, "RuntimeConfig.CopyCount", -1),
        (COMPONENT, "Specification.ComputeResourceRequirements.MinMemoryRequiredInMb", 127),
        (COMPONENT, "Specification.StartupParameters.ModelDataDownloadTimeoutInSeconds", 3601),
    ],
}
SETTING_CASES = [(name, path, value) for name, mutations in SETTINGS.items() for path, value in mutations.items()]
PROPERTY_CASES = [(name, *mutation) for name, mutations in PROPERTIES.items() for mutation in mutations]


def mutated(tree: Any, path: str, value: Any) -> Any:
    """A copy of ``tree`` with another value where ``path`` leads, which has to be there already."""
    copied = copy.deepcopy(tree)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = copied
    for part in parents:
        place = place[part]
    assert isinstance(place, list) or last in place, f"{path} is not in the sample"
    place[last] = value
    return copied


@pytest.mark.parametrize(("name", "path", "value"), SETTING_CASES, ids=[f"{name} {path}" for name, path, _ in SETTING_CASES])
def test_a_setting_beyond_its_limit_is_refused_by_name(name: str, path: str, value: Any, tmp_path: Path) -> None:
    sample = yaml.safe_load(templates.SAMPLES[f"{name}/comprehensive"].read_text(encoding="utf-8"))
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(mutated(sample, f"deployments.{name}.{path}", value)), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file)
    told = str(refused.value)
    named = [part for part in path.split(".") if not part.isdigit()]
    assert any(part in told for part in named), told
    assert " got " in told or str(value) in told.replace(",", ""), told


def resource(name: str, kind: str) -> Mapping[str, Any]:
    return Account(templates.sample(f"{name}/comprehensive").templates).of_type(kind)[0].properties


@pytest.mark.parametrize(("name", "kind", "path", "value"), PROPERTY_CASES, ids=[f"{name} {path}" for name, _, path, _ in PROPERTY_CASES])
def test_a_property_beyond_its_limit_is_refused_by_the_registry(name: str, kind: str, path: str, value: Any) -> None:
    properties = resource(name, kind)
    assert schemas.problems(kind, properties) == []
    assert schemas.problems(kind, mutated(properties, path, value)) != []
