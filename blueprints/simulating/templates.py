"""Reads fleets out of a synthesised template."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import Account, Resource
from blueprints.simulating.fleets import Alarm, Fleet, Hosts, Kind, Metric, Policy, Step, StepScaling, TargetTracking
from ml_constructs.sagemaker.instance_types import instance_type as known_type

COOLDOWN_SECONDS = 300
HIGH_RESOLUTION_SECONDS = 10
DEFAULT_STATISTIC_PERIOD = 60
VARIANT, COMPONENT = "endpoint/{}/variant/{}", "inference-component/{}"


def fleets(account: Account) -> list[Fleet]:
    """Returns what serves requests in the templates of an account, in their order."""
    components = {str(found.properties["EndpointName"]) for found in account.of_type("AWS::SageMaker::InferenceComponent")}
    found: list[Fleet] = []
    for endpoint in account.of_type("AWS::SageMaker::Endpoint"):
        config = _config(account, endpoint)
        if endpoint.name in components:
            found += _components(account, endpoint, config)
        else:
            found += (_variant(account, endpoint, config, variant) for variant in config.get("ProductionVariants", []))
    return found


def _config(account: Account, endpoint: Resource) -> Mapping[str, Any]:
    name = endpoint.properties["EndpointConfigName"]
    for config in account.of_type("AWS::SageMaker::EndpointConfig"):
        if name in (config.name, config.ref, config.attribute("EndpointConfigName")):
            return config.properties
    raise ValueError(f"EndpointConfigName must name a configuration of the template, got {name!r}")


def _variant(account: Account, endpoint: Resource, config: Mapping[str, Any], variant: Mapping[str, Any]) -> Fleet:
    resource_id = VARIANT.format(endpoint.name, variant["VariantName"])
    target = _target(account, resource_id)
    serverless: Mapping[str, Any] = variant.get("ServerlessConfig", {})
    asynchronous = config.get("AsyncInferenceConfig")
    kind: Kind = "serverless" if serverless else "asynchronous" if asynchronous else "real-time"
    initial = int(serverless.get("ProvisionedConcurrency", 0) if serverless else variant.get("InitialInstanceCount", 1))
    parallel = (
        serverless.get("MaxConcurrency")
        if serverless
        else asynchronous.get("ClientConfig", {}).get("MaxConcurrentInvocationsPerInstance")
        if asynchronous
        else None
    )
    return Fleet(
        name=endpoint.name,
        kind=kind,
        endpoint=endpoint.name,
        instance_type=None if serverless else _instance_type(variant),
        initial=initial,
        minimum=int(target["MinCapacity"]) if target else initial,
        maximum=int(target["MaxCapacity"]) if target else initial,
        policies=tuple(_policies(account, resource_id)),
        parallel=int(parallel) if parallel else None,
    )


def _instance_type(variant: Mapping[str, Any]) -> str:
    pools = sorted(variant.get("InstancePools", []), key=lambda pool: int(pool.get("Priority", 1)))
    return str(pools[0]["InstanceType"] if pools else variant["InstanceType"])


def _components(account: Account, endpoint: Resource, config: Mapping[str, Any]) -> Iterator[Fleet]:
    (variant,) = config["ProductionVariants"]
    managed = variant.get("ManagedInstanceScaling", {})
    initial = int(variant.get("InitialInstanceCount", 1))
    shared = Hosts(minimum=int(managed.get("MinInstanceCount", initial)), maximum=int(managed.get("MaxInstanceCount", initial)))
    kind = _instance_type(variant)
    for component in account.of_type("AWS::SageMaker::InferenceComponent"):
        specification = component.properties.get("Specification", {})
        if component.properties["EndpointName"] != endpoint.name or "BaseInferenceComponentName" in specification:
            continue
        resource_id = COMPONENT.format(component.name)
        target = _target(account, resource_id)
        copies = int(component.properties.get("RuntimeConfig", {}).get("CopyCount", 1))
        yield Fleet(
            name=component.name,
            kind="inference-component",
            endpoint=endpoint.name,
            instance_type=kind,
            initial=copies,
            minimum=int(target["MinCapacity"]) if target else copies,
            maximum=int(target["MaxCapacity"]) if target else copies,
            policies=tuple(_policies(account, resource_id)),
            per_instance=copies_on(kind, specification.get("ComputeResourceRequirements", {})),
            hosts=shared,
        )


def copies_on(name: str, needs: Mapping[str, Any]) -> int:
    """Returns how many copies with those needs fit on an instance; one at least, as SageMaker refuses what doesn't fit."""
    host = known_type(name)
    accelerators = host.accelerator.count if host.accelerator else 0
    fits = [math.inf]
    if wanted := float(needs.get("NumberOfAcceleratorDevicesRequired", 0)):
        fits.append(accelerators // wanted)
    if wanted := float(needs.get("NumberOfCpuCoresRequired", 0)):
        fits.append(host.vcpu // wanted)
    if wanted := float(needs.get("MinMemoryRequiredInMb", 0)):
        fits.append(host.memory_gib * 1024 // wanted)
    fewest = min(fits)
    return max(1, int(fewest)) if fewest < math.inf else 1


def _target(account: Account, resource_id: str) -> Mapping[str, Any] | None:
    targets = [found.properties for found in account.of_type("AWS::ApplicationAutoScaling::ScalableTarget")]
    return next((target for target in targets if target["ResourceId"] == resource_id), None)


def _policies(account: Account, resource_id: str) -> Iterator[Policy]:
    targets = account.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
    named = {name for target in targets if target.properties["ResourceId"] == resource_id for name in (target.ref, target.name)}
    for policy in account.of_type("AWS::ApplicationAutoScaling::ScalingPolicy"):
        properties = policy.properties
        if properties.get("ResourceId") == resource_id or properties.get("ScalingTargetId") in named:
            yield _tracking(policy) if properties["PolicyType"] == "TargetTrackingScaling" else _stepping(account, policy)


def _tracking(policy: Resource) -> TargetTracking:
    configuration = policy.properties["TargetTrackingScalingPolicyConfiguration"]
    return TargetTracking(
        name=policy.logical_id,
        metric=_tracked(configuration),
        target=float(configuration["TargetValue"]),
        scale_in_cooldown=int(configuration.get("ScaleInCooldown", COOLDOWN_SECONDS)),
        scale_out_cooldown=int(configuration.get("ScaleOutCooldown", COOLDOWN_SECONDS)),
        scale_in=not configuration.get("DisableScaleIn", False),
    )


def _tracked(configuration: Mapping[str, Any]) -> Metric:
    predefined = configuration.get("PredefinedMetricSpecification")
    if predefined:
        name = str(predefined["PredefinedMetricType"])
        fast = HIGH_RESOLUTION_SECONDS if name.endswith("HighResolution") else DEFAULT_STATISTIC_PERIOD
        return Metric(name=name, predefined=True, period=fast)
    customized = configuration["CustomizedMetricSpecification"]
    if "MetricName" in customized:
        return Metric(name=str(customized["MetricName"]))
    metrics = [query for query in customized.get("Metrics", []) if "MetricStat" in query]
    if len(metrics) != 1:
        raise ValueError(f"CustomizedMetricSpecification must name one metric to be simulated, got {len(metrics)} in an expression")
    return Metric(name=str(metrics[0]["MetricStat"]["Metric"]["MetricName"]))


def _stepping(account: Account, policy: Resource) -> StepScaling:
    configuration = policy.properties["StepScalingPolicyConfiguration"]
    return StepScaling(
        name=policy.logical_id,
        alarm=_alarm(account, policy),
        adjustment=str(configuration["AdjustmentType"]),
        steps=tuple(_step(step) for step in configuration.get("StepAdjustments", [])),
        cooldown=int(configuration.get("Cooldown", COOLDOWN_SECONDS)),
    )


def _step(step: Mapping[str, Any]) -> Step:
    lower, upper = step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound")
    return Step(
        lower=-math.inf if lower is None else float(lower),
        upper=math.inf if upper is None else float(upper),
        change=float(step["ScalingAdjustment"]),
    )


def _alarm(account: Account, policy: Resource) -> Alarm | None:
    for found in account.of_type("AWS::CloudWatch::Alarm"):
        alarm = found.properties
        if policy.ref not in alarm.get("AlarmActions", []):
            continue
        periods = int(alarm["EvaluationPeriods"])
        return Alarm(
            metric=Metric(name=_watched(alarm), period=int(alarm.get("Period", DEFAULT_STATISTIC_PERIOD))),
            threshold=float(alarm["Threshold"]),
            comparison=str(alarm["ComparisonOperator"]),
            periods=periods,
            points=int(alarm.get("DatapointsToAlarm", periods)),
            missing=str(alarm.get("TreatMissingData", "missing")),
        )
    return None


def _watched(alarm: Mapping[str, Any]) -> str:
    if "MetricName" in alarm:
        return str(alarm["MetricName"])
    (found,) = [query["MetricStat"]["Metric"]["MetricName"] for query in alarm["Metrics"] if "MetricStat" in query]
    return str(found)
