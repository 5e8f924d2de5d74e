"""Application Auto Scaling: targets and policies are kept and checked, but nothing scales."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.local import constraints, dispatch, identity, provenance
from blueprints.local.stand_ins import ClientFactory, StandInError

Request = Mapping[str, Any]
Exists = Callable[[str, str], bool]
"""Tells whether a resource exists, by its id and the scalable dimension."""
TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
KEPT = (*TARGET, "MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState")
POLICY = (*TARGET, "PolicyName", "PolicyType", "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration")
ROLES = {"sagemaker": "sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"}
"""The role that a service's targets are scaled with, unless another is given."""


class Scaling:
    """Keeps what is to be scaled, and how.

    Follows https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html and its neighbours.

    Args:
        exists: Tells for services whether what is to be scaled is there; of others everything is.
    """

    name = "scalable targets"
    service = "application-autoscaling"

    def __init__(self, exists: Mapping[str, Exists]) -> None:
        self._exists = exists
        self._lock = threading.Lock()
        self._targets: dict[tuple[str, ...], dict[str, Any]] = {}
        self._policies: dict[tuple[str, ...], dict[str, Any]] = {}
        self._answers: Mapping[str, Callable[[Request], dict[str, Any]]] = {
            "RegisterScalableTarget": self._register,
            "DeregisterScalableTarget": self._deregister,
            "DescribeScalableTargets": lambda request: {"ScalableTargets": self._told(self._targets, request, "ResourceIds", "ResourceId")},
            "PutScalingPolicy": self._put,
            "DeleteScalingPolicy": self._delete,
            "DescribeScalingPolicies": lambda request: {
                "ScalingPolicies": self._told(self._policies, request, "PolicyNames", "PolicyName")
            },
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> dict[str, Any]:  # noqa: ARG002
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error of Application Auto Scaling.
        """
        constraints.check(self.service, operation, request)
        dispatch.answered_by(provenance.STORED_ONLY)
        with self._lock:
            return self._answers[operation](request)

    def is_scaled(self, endpoint: str, variant: str) -> bool:
        """Tells whether a variant of an endpoint of SageMaker is a scalable target."""
        return any(resource == f"endpoint/{endpoint}/variant/{variant}" for _, resource, _ in self._targets)

    def _register(self, request: Request) -> dict[str, Any]:
        key = _key(request)
        known = self._targets.get(key)
        if known is None and not {"MinCapacity", "MaxCapacity"} <= request.keys():
            raise _invalid("MinCapacity and MaxCapacity must be given for a new scalable target")
        exists = self._exists.get(request["ServiceNamespace"])
        if exists and not exists(request["ResourceId"], request["ScalableDimension"]):
            raise _invalid(f"{request['ResourceId']} does not exist, or has no {request['ScalableDimension']}")
        role = f"arn:aws:iam::{identity.ACCOUNT_ID}:role/aws-service-role/{ROLES.get(request['ServiceNamespace'], 'custom')}"
        made = {"CreationTime": datetime.now(UTC), "ScalableTargetARN": _arn("scalable-target", uuid.uuid4().hex[:18]), "RoleARN": role}
        target = {**(known or made), **{name: request[name] for name in KEPT if name in request}}
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise _invalid("Maximum capacity cannot be less than minimum capacity")
        self._targets[key] = target
        return {"ScalableTargetARN": target["ScalableTargetARN"]}

    def _deregister(self, request: Request) -> dict[str, Any]:
        """Forgets a target and its policies."""
        self._target(request)
        key = _key(request)
        del self._targets[key]
        for policy in [policy for policy in self._policies if policy[: len(key)] == key]:
            del self._policies[policy]
        return {}

    def _put(self, request: Request) -> dict[str, Any]:
        self._target(request)
        key = (*_key(request), request["PolicyName"])
        arn = _arn("scalingPolicy", f"{uuid.uuid4()}:resource/{request['ServiceNamespace']}/{request['ResourceId']}")
        made = {"CreationTime": datetime.now(UTC), "PolicyARN": f"{arn}:policyName/{request['PolicyName']}", "PolicyType": "StepScaling"}
        known = self._policies.get(key, made)
        self._policies[key] = {**known, **{name: request[name] for name in POLICY if name in request}}
        return {"PolicyARN": known["PolicyARN"], "Alarms": []}

    def _delete(self, request: Request) -> dict[str, Any]:
        key = (*_key(request), request["PolicyName"])
        if key not in self._policies:
            raise StandInError("ObjectNotFoundException", f"No scaling policy found for {_named(request)}, name: {request['PolicyName']}")
        del self._policies[key]
        return {}

    def _target(self, request: Request) -> dict[str, Any]:
        if _key(request) not in self._targets:
            raise StandInError("ObjectNotFoundException", f"No scalable target found for {_named(request)}")
        return self._targets[_key(request)]

    def _told(self, kept: Mapping[tuple[str, ...], dict[str, Any]], request: Request, wanted: str, member: str) -> list[dict[str, Any]]:
        asked = {name: request[name] for name in TARGET if name in request}
        names = request.get(wanted) or ()
        return [
            each
            for each in kept.values()
            if all(each[name] == value for name, value in asked.items()) and (not names or each[member] in names)
        ]


def _key(request: Request) -> tuple[str, ...]:
    return tuple(request[name] for name in TARGET)


def _named(request: Request) -> str:
    namespace, resource, dimension = _key(request)
    return f"service namespace: {namespace}, resource ID: {resource}, scalable dimension: {dimension}"


def _arn(kind: str, name: str) -> str:
    service = "application-autoscaling" if kind == "scalable-target" else "autoscaling"
    separator = "/" if kind == "scalable-target" else ":"
    return f"arn:aws:{service}:{identity.region()}:{identity.ACCOUNT_ID}:{kind}{separator}{name}"


def _invalid(message: str) -> StandInError:
    return StandInError("ValidationException", message)
