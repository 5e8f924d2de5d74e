"""Templates of each kind of serving, as small as they can be."""

from collections.abc import Mapping
from typing import Any

from blueprints.checks.deployed import Account
from blueprints.simulating.fleets import Fleet
from blueprints.simulating.templates import fleets

VARIANT = {"Fn::Join": ["", ["endpoint/", {"Fn::GetAtt": ["Endpoint", "EndpointName"]}, "/variant/AllTraffic"]]}
COMPONENT = {"Fn::Join": ["/", ["inference-component", {"Fn::GetAtt": ["Component", "InferenceComponentName"]}]]}
COUNT, COPIES = "sagemaker:variant:DesiredInstanceCount", "sagemaker:inference-component:DesiredCopyCount"


def endpoint(variant: Mapping[str, Any], **config: Any) -> dict[str, Any]:
    """An endpoint of one variant."""
    properties = {"ProductionVariants": [{"VariantName": "AllTraffic", **variant}], **config}
    name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}},
    }


def target(resource_id: Mapping[str, Any], dimension: str, minimum: int, maximum: int) -> dict[str, Any]:
    """What Application Auto Scaling scales."""
    bounds = {"MinCapacity": minimum, "MaxCapacity": maximum}
    properties = {"ResourceId": resource_id, "ScalableDimension": dimension, "ServiceNamespace": "sagemaker", **bounds}
    return {"Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": properties}}


def tracking(value: float, *, predefined: str | None = None, metric: str | None = None, **options: Any) -> dict[str, Any]:
    """A target tracking policy."""
    looked_at = (
        {"PredefinedMetricSpecification": {"PredefinedMetricType": predefined}}
        if predefined
        else {"CustomizedMetricSpecification": {"MetricName": metric, "Namespace": "AWS/SageMaker", "Statistic": "Average"}}
    )
    configuration = {"TargetValue": value, **looked_at, **options}
    properties = {
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "Target"},
        "TargetTrackingScalingPolicyConfiguration": configuration,
    }
    return {"Track": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": properties}}


def stepping(metric: str, **alarm: Any) -> dict[str, Any]:
    """A step scaling policy that adds one, and its alarm."""
    steps = {
        "AdjustmentType": "ChangeInCapacity",
        "Cooldown": 300,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }
    policy = {"PolicyType": "StepScaling", "ScalingTargetId": {"Ref": "Target"}, "StepScalingPolicyConfiguration": steps}
    watched = {
        "MetricName": metric,
        "Namespace": "AWS/SageMaker",
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [{"Ref": "Leave"}],
        **alarm,
    }
    return {
        "Leave": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": policy},
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": watched},
    }


CONCURRENCY = {"ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4}, "OutputConfig": {}}
ON_CPU = {"InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2, "ModelName": "model"}
FROM_NOTHING = {**ON_CPU, "InitialInstanceCount": 0}

FAST: dict[str, Any] = {"ScaleInCooldown": 300, "ScaleOutCooldown": 60}
ON_GPU = {
    "InstanceType": "ml.g5.12xlarge",
    "InitialInstanceCount": 1,
    "ManagedInstanceScaling": {"MinInstanceCount": 0, "MaxInstanceCount": 2},
}

REAL_TIME = {
    **endpoint(ON_CPU),
    **target(VARIANT, COUNT, 2, 6),
    **tracking(1000, predefined="SageMakerVariantInvocationsPerInstance", **FAST),
}
ASYNCHRONOUS = {
    **endpoint(FROM_NOTHING, AsyncInferenceConfig=CONCURRENCY),
    **target(VARIANT, COUNT, 0, 4),
    **tracking(3, metric="ApproximateBacklogSizePerInstance", ScaleInCooldown=300, ScaleOutCooldown=300),
    **stepping("HasBacklogWithoutCapacity"),
}
COMPONENTS = {
    **endpoint(
        {
            "InstanceType": "ml.g5.12xlarge",
            "InitialInstanceCount": 1,
            "ManagedInstanceScaling": {"MinInstanceCount": 0, "MaxInstanceCount": 2},
        }
    ),
    "Component": {
        "Type": "AWS::SageMaker::InferenceComponent",
        "Properties": {
            "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
            "RuntimeConfig": {"CopyCount": 0},
            "Specification": {"ComputeResourceRequirements": {"NumberOfAcceleratorDevicesRequired": 2, "MinMemoryRequiredInMb": 16384}},
        },
    },
    **target(COMPONENT, COPIES, 0, 4),
    **tracking(
        5, predefined="SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution", ScaleInCooldown=300, ScaleOutCooldown=60
    ),
    **stepping("NoCapacityInvocationFailures", Statistic="Sum"),
}
SERVERLESS = {
    **endpoint({"ModelName": "model", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 10, "ProvisionedConcurrency": 2}}),
    **target(VARIANT, "sagemaker:variant:DesiredProvisionedConcurrency", 2, 8),
    **tracking(0.7, predefined="SageMakerVariantProvisionedConcurrencyUtilization"),
}
BACKLOG_OF_REAL_TIME = {**REAL_TIME, **tracking(5, metric="ApproximateBacklogSizePerInstance")}
"""What a public construct library defines for real-time endpoints."""
INVOCATIONS_OF_ASYNCHRONOUS = {
    **endpoint(FROM_NOTHING, AsyncInferenceConfig=CONCURRENCY),
    **target(VARIANT, COUNT, 0, 4),
    **tracking(20, predefined="SageMakerVariantInvocationsPerInstance"),
}
"""What a public Terraform module defines for asynchronous endpoints."""


def template(resources: Mapping[str, Any]) -> dict[str, Any]:
    """A template of resources."""
    return {"Resources": dict(resources)}


def only(resources: Mapping[str, Any]) -> Fleet:
    """The one fleet that resources define."""
    (found,) = fleets(Account({"one": template(resources)}))
    return found


def named_endpoint(*, depends: bool = True, retain: bool = True) -> dict[str, Any]:
    """An endpoint with a name, to which its target refers by that name alone."""
    resource_id = {"Fn::Join": ["", ["endpoint/", "scores", "/variant/AllTraffic"]]}
    resources = {**endpoint(ON_CPU), **target(resource_id, COUNT, 2, 6)}
    resources["Endpoint"]["Properties"] |= {"EndpointName": "scores", "RetainAllVariantProperties": retain}
    resources["Target"] |= {"DependsOn": ["Endpoint"]} if depends else {}
    return template(resources)
