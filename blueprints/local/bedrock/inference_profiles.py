"""Inference profiles: those of the account, and those that AWS defines for geographies."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.local.bedrock import arns
from blueprints.local.stand_ins import StandInError

Request = Mapping[str, Any]


class InferenceProfiles:
    """Keeps the account's inference profiles.

    Follows https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateInferenceProfile.html and its neighbours.
    """

    def __init__(self) -> None:
        self._profiles: dict[str, dict[str, Any]] = {}
        self.answers: Mapping[str, Callable[[Request], dict[str, Any]]] = {
            "CreateInferenceProfile": self._create,
            "DeleteInferenceProfile": self._delete,
            "GetInferenceProfile": self._get,
            "ListInferenceProfiles": self._list,
        }

    def exists(self, arn: str) -> bool:
        """Tells whether the account has a profile of this ARN."""
        return any(profile["inferenceProfileArn"] == arn for profile in self._profiles.values())

    def models_of(self, arn: str) -> list[str]:
        """Returns the ARNs of the models that requests to a profile may reach; none for a profile that does not exist."""
        own = self._profiles.get(arn.rpartition("/")[2])
        return [model["modelArn"] for model in own["models"]] if own else list(arns.models_behind(arn))

    def _create(self, request: Request) -> dict[str, Any]:
        source: str = request["modelSource"]["copyFrom"]
        models = arns.models_behind(source) if ":application-inference-profile/" not in source else []
        if not source.startswith("arn:") or not models:
            raise StandInError("ValidationException", f"modelSource must be the ARN of a model or of a profile of AWS, got {source}")
        identifier = uuid.uuid4().hex[:12]
        arn, now = arns.own("application-inference-profile", identifier), datetime.now(UTC)
        self._profiles[identifier] = {
            "inferenceProfileName": request["inferenceProfileName"],
            "inferenceProfileId": identifier,
            "inferenceProfileArn": arn,
            **({"description": request["description"]} if "description" in request else {}),
            "models": [{"modelArn": model} for model in models],
            "status": "ACTIVE",
            "type": "APPLICATION",
            "createdAt": now,
            "updatedAt": now,
        }
        return {"inferenceProfileArn": arn, "status": "ACTIVE"}

    def _get(self, request: Request) -> dict[str, Any]:
        identifier = request["inferenceProfileIdentifier"]
        own = self._profiles.get(identifier.rpartition("/")[2])
        return dict(own or _system_defined(identifier))

    def _delete(self, request: Request) -> dict[str, Any]:
        identifier = request["inferenceProfileIdentifier"]
        if self._profiles.pop(identifier.rpartition("/")[2], None) is None:
            raise _missing(identifier)
        return {}

    def _list(self, request: Request) -> dict[str, Any]:
        if request.get("type") == "SYSTEM_DEFINED":
            raise StandInError("NotImplemented", "the embedded AWS has no list of the profiles that AWS defines", 501)
        return {"inferenceProfileSummaries": list(self._profiles.values())}


def _system_defined(identifier: str) -> dict[str, Any]:
    arn = arns.invocable(identifier)
    models = [] if "foundation-model/" in arn else arns.models_behind(arn)
    if not models:
        raise _missing(identifier)
    name = arn.rpartition("/")[2]
    return {
        "inferenceProfileName": name,
        "inferenceProfileId": name,
        "inferenceProfileArn": arn,
        "models": [{"modelArn": model} for model in models],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }


def _missing(identifier: str) -> StandInError:
    return StandInError("ResourceNotFoundException", f"The inference profile {identifier} was not found.", 404)
