"""Guardrails and their versions, as they were defined; what they do to a text is the business of who evaluates them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.local.bedrock import arns
from blueprints.local.stand_ins import StandInError

Request = Mapping[str, Any]
DRAFT = "DRAFT"
POLICIES = (
    "topicPolicy",
    "contentPolicy",
    "wordPolicy",
    "sensitiveInformationPolicy",
    "contextualGroundingPolicy",
    "automatedReasoningPolicy",
)


class Guardrails:
    """Keeps guardrails.

    Follows https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateGuardrail.html and its neighbours.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: dict[str, dict[str, dict[str, Any]]] = {}
        self.answers: Mapping[str, Callable[[Request], dict[str, Any]]] = {
            "CreateGuardrail": self._create,
            "CreateGuardrailVersion": self._create_version,
            "DeleteGuardrail": self._delete,
            "GetGuardrail": self._get,
            "ListGuardrails": self._list,
            "UpdateGuardrail": self._update,
        }

    def exists(self, arn: str) -> bool:
        """Tells whether there is a guardrail of this ARN."""
        return any(versions[DRAFT]["guardrailArn"] == arn for versions in self._versions.values())

    def _create(self, request: Request) -> dict[str, Any]:
        with self._lock:
            if any(versions[DRAFT]["name"] == request["name"] for versions in self._versions.values()):
                raise StandInError("ConflictException", f"Another guardrail with the name {request['name']} already exists.")
            identifier = uuid.uuid4().hex[:12]
            known = {"guardrailId": identifier, "guardrailArn": arns.own("guardrail", identifier), "createdAt": datetime.now(UTC)}
            draft = {**_defined(request), **known, "version": DRAFT}
            self._versions[identifier] = {DRAFT: draft}
        return {**known, "version": DRAFT}

    def _update(self, request: Request) -> dict[str, Any]:
        versions = self._find(request)
        draft = versions[DRAFT]
        kept = {name: draft[name] for name in ("guardrailId", "guardrailArn", "createdAt", "version")}
        versions[DRAFT] = {**_defined(request), **kept}
        return {name: versions[DRAFT][name] for name in ("guardrailId", "guardrailArn", "version", "updatedAt")}

    def _create_version(self, request: Request) -> dict[str, Any]:
        with self._lock:
            versions = self._find(request)
            number = str(max((int(version) for version in versions if version != DRAFT), default=0) + 1)
            described = {"description": request["description"]} if "description" in request else {}
            versions[number] = {**versions[DRAFT], **described, "version": number, "createdAt": datetime.now(UTC)}
        return {"guardrailId": versions[DRAFT]["guardrailId"], "version": number}

    def _get(self, request: Request) -> dict[str, Any]:
        return dict(self._version(request, request.get("guardrailVersion", DRAFT)))

    def _delete(self, request: Request) -> dict[str, Any]:
        if number := request.get("guardrailVersion"):
            self._version(request, number)
            del self._find(request)[number]
        else:
            del self._versions[self._find(request)[DRAFT]["guardrailId"]]
        return {}

    def _list(self, request: Request) -> dict[str, Any]:
        asked = request.get("guardrailIdentifier")
        found = list(self._find(request).values()) if asked else [versions[DRAFT] for versions in self._versions.values()]
        return {"guardrails": [_summary(guardrail) for guardrail in found]}

    def _find(self, request: Request) -> dict[str, dict[str, Any]]:
        identifier: str = request["guardrailIdentifier"]
        if identifier.rpartition("/")[2] not in self._versions:
            raise StandInError("ResourceNotFoundException", f"The guardrail {identifier} was not found.", 404)
        return self._versions[identifier.rpartition("/")[2]]

    def _version(self, request: Request, number: str) -> dict[str, Any]:
        versions = self._find(request)
        if number not in versions:
            message = f"The guardrail {request['guardrailIdentifier']} has no version {number}."
            raise StandInError("ResourceNotFoundException", message, 404)
        return versions[number]


def _defined(request: Request) -> dict[str, Any]:
    """Returns what a request defines, in the words in which ``GetGuardrail`` tells it."""
    policies = {name: _without_suffix(request[f"{name}Config"]) for name in POLICIES if f"{name}Config" in request}
    _check(policies, request)
    texts = {name: request[name] for name in ("name", "description", "blockedInputMessaging", "blockedOutputsMessaging") if name in request}
    key = {"kmsKeyArn": request["kmsKeyId"]} if "kmsKeyId" in request else {}
    return {**texts, **key, **_cross_region(request), **policies, "status": "READY", "updatedAt": datetime.now(UTC)}


def _without_suffix(policy: Request) -> dict[str, Any]:
    return {name.removesuffix("Config"): part for name, part in policy.items()}


def _cross_region(request: Request) -> dict[str, Any]:
    if "crossRegionConfig" not in request:
        return {}
    profile = request["crossRegionConfig"]["guardrailProfileIdentifier"]
    arn = arns.own("guardrail-profile", profile)
    return {"crossRegionDetails": {"guardrailProfileId": arn.rpartition("/")[2], "guardrailProfileArn": arn}}


def _check(policies: Mapping[str, Mapping[str, Any]], request: Request) -> None:
    """Refuses what only the service refuses, not the registry's schema.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tiers.html and guardrails-prompt-attack.html there.
    """
    for found in policies.get("contentPolicy", {}).get("filters", ()):
        if found["type"] == "PROMPT_ATTACK" and found["outputStrength"] != "NONE":
            raise StandInError("ValidationException", "The output strength of the filter PROMPT_ATTACK must be NONE.")
    standard = any(policy.get("tier", {}).get("tierName") == "STANDARD" for policy in policies.values())
    if standard and "crossRegionConfig" not in request:
        raise StandInError("ValidationException", "The STANDARD tier requires cross-Region inference: give crossRegionConfig.")


def _summary(guardrail: Request) -> dict[str, Any]:
    named = {"id": guardrail["guardrailId"], "arn": guardrail["guardrailArn"]}
    members = ("status", "name", "description", "version", "createdAt", "updatedAt", "crossRegionDetails")
    return {**named, **{name: guardrail[name] for name in members if name in guardrail}}
