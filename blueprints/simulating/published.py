"""Which metrics SageMaker publishes for which kind of serving.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html and
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blueprints.simulating.fleets import Fleet, Kind, Metric, StepScaling, TargetTracking

BACKLOG, BACKLOG_PER_INSTANCE = "ApproximateBacklogSize", "ApproximateBacklogSizePerInstance"
OLDEST, STRANDED = "ApproximateAgeOfOldestRequest", "HasBacklogWithoutCapacity"
INVOCATIONS_PER_INSTANCE, INVOCATIONS_PER_COPY = "InvocationsPerInstance", "InvocationsPerCopy"
CONCURRENT_PER_MODEL, CONCURRENT_PER_COPY = "ConcurrentRequestsPerModel", "ConcurrentRequestsPerCopy"
NO_CAPACITY, PROVISIONED_USE = "NoCapacityInvocationFailures", "ServerlessProvisionedConcurrencyUtilization"
UTILISATION = frozenset({"CPUUtilization", "GPUUtilization"})

PREDEFINED: Mapping[str, str] = {
    "SageMakerVariantInvocationsPerInstance": INVOCATIONS_PER_INSTANCE,
    "SageMakerVariantConcurrentRequestsPerModelHighResolution": CONCURRENT_PER_MODEL,
    "SageMakerVariantProvisionedConcurrencyUtilization": PROVISIONED_USE,
    "SageMakerInferenceComponentInvocationsPerCopy": INVOCATIONS_PER_COPY,
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution": CONCURRENT_PER_COPY,
}
ASYNCHRONOUS = frozenset({BACKLOG, BACKLOG_PER_INSTANCE, OLDEST, STRANDED})
TELLING: Mapping[Kind, frozenset[str]] = {
    "real-time": frozenset({INVOCATIONS_PER_INSTANCE, CONCURRENT_PER_MODEL}) | UTILISATION,
    "asynchronous": ASYNCHRONOUS,
    "serverless": frozenset({PROVISIONED_USE}),
    "inference-component": frozenset({INVOCATIONS_PER_COPY, CONCURRENT_PER_COPY, NO_CAPACITY}) | UTILISATION,
}
"""The metrics that tell how much capacity is wanted, by kind of serving."""

LEAVING_ZERO: Mapping[Kind, frozenset[str]] = {
    "asynchronous": frozenset({STRANDED, BACKLOG, BACKLOG_PER_INSTANCE}),
    "inference-component": frozenset({NO_CAPACITY}),
}
"""The metrics that have something to say while nothing runs."""


@dataclass(frozen=True)
class Finding:
    """A policy that can't do what it is there for.

    Args:
        fleet: What it should scale.
        policy: Its name in the template.
        problem: What is wrong, what was found and what is allowed.
    """

    fleet: str
    policy: str
    problem: str


def measured(metric: Metric) -> str:
    """Returns the name that CloudWatch has for what a policy looks at."""
    return PREDEFINED.get(metric.name, metric.name) if metric.predefined else metric.name


def findings(fleet: Fleet) -> list[Finding]:
    """Returns the policies of ``fleet`` that look at a metric which doesn't tell how much capacity is wanted."""
    found = []
    for policy in fleet.policies:
        problem = _problem(fleet, policy)
        if problem:
            found.append(Finding(fleet.name, policy.name, problem))
    if fleet.minimum == 0 and fleet.kind in LEAVING_ZERO and not _ways_out(fleet):
        allowed = ", ".join(sorted(LEAVING_ZERO[fleet.kind]))
        found.append(Finding(fleet.name, "none", f"nothing leads away from zero: a policy must look at one of {allowed}"))
    return found


def _problem(fleet: Fleet, policy: TargetTracking | StepScaling) -> str | None:
    if isinstance(policy, StepScaling) and policy.alarm is None:
        return "no alarm of the template sets it off"
    metric = policy.metric if isinstance(policy, TargetTracking) else policy.alarm.metric  # type: ignore[union-attr]
    name, allowed = measured(metric), TELLING[fleet.kind]
    if name in allowed:
        return None
    return f"its metric must be one of {', '.join(sorted(allowed))} for a {fleet.kind} endpoint, got {name}: {_why(fleet.kind, name)}"


def _why(kind: Kind, name: str) -> str:
    if name in ASYNCHRONOUS:
        return "only asynchronous endpoints have a queue, so it is never published here and the policy never acts"
    if kind == "asynchronous":
        return "it counts what instances took from the queue and not what waits there, and nothing while there are no instances"
    return "SageMaker doesn't publish it for this kind of serving"


def _ways_out(fleet: Fleet) -> bool:
    useful = LEAVING_ZERO[fleet.kind]
    watched = [policy.metric for policy in fleet.policies if isinstance(policy, TargetTracking)]
    watched += [policy.alarm.metric for policy in fleet.policies if isinstance(policy, StepScaling) and policy.alarm]
    return any(measured(metric) in useful for metric in watched)
