"""Adaptations of ministack's DynamoDB."""

from __future__ import annotations

import json
from typing import Any

from blueprints.local.adapter.patching import replace_handler


def tables_keep_their_settings() -> None:
    """CloudFormation's tables lose encryption, time to live and point-in-time recovery, and are deleted although they are protected."""
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    create, update, delete = provisioners._ddb_create, provisioners._ddb_update, provisioners._ddb_delete

    def kept(changed: tuple[str, Any], properties: dict[str, Any]) -> tuple[str, Any]:
        table = {"TableName": changed[0]}
        if lifetime := properties.get("TimeToLiveSpecification"):
            dynamodb._update_ttl({**table, "TimeToLiveSpecification": lifetime})
        recovery = properties.get("PointInTimeRecoverySpecification", {})
        dynamodb._update_continuous_backups({**table, "PointInTimeRecoverySpecification": recovery})
        encryption = dict(properties.get("SSESpecification", {}))
        encryption["Enabled"] = encryption.pop("SSEEnabled", False)
        dynamodb._tables[changed[0]]["SSEDescription"] = dynamodb._sse_description_from_spec(encryption) if encryption["Enabled"] else None
        return changed

    def delete_unprotected(name: str, properties: dict[str, Any]) -> None:
        if dynamodb._tables.get(name, {}).get("DeletionProtectionEnabled"):
            raise ValueError(json.loads(dynamodb._delete_table({"TableName": name})[2])["message"])
        delete(name, properties)

    replace_handler(create, lambda logical_id, properties, stack: kept(create(logical_id, properties, stack), properties))
    replace_handler(update, lambda name, old, new, *place: kept(update(name, old, new, *place), new))
    replace_handler(delete, delete_unprotected)
