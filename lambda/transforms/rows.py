"""The index of transforms: one row for each request, of which the latest attempt counts, and of an attempt the first end."""

import json
from typing import Any

from botocore.exceptions import ClientError

from documents import tables
from documents.errors import is_code

RUNNING, SUCCEEDED, FAILED, REFUSED = "RUNNING", "SUCCEEDED", "FAILED", "REFUSED"
KEY = "transform"
OUTCOME = ("job", "outputs", "instance_hours", "reason", "completed_at")
PLANNED = ("version_id", "manifest_uri", "output_uri", "objects", "bytes", "records", "instances")

_NEWER = f"attribute_not_exists(#{KEY}) OR #attempt < :attempt"
_OPEN = f"{_NEWER} OR (#attempt = :attempt AND #status = :running)"


def get(table: str, transform: str) -> dict[str, Any]:
    """The row of a request; empty when there is none."""
    return tables.get(table, {KEY: transform})


def begin(table: str, plan: dict[str, Any], *, retention_days: int) -> None:
    """Records that an attempt has begun; leaves an end that came sooner."""
    values = _identity(plan, retention_days) | {"status": RUNNING, "submitted_at": tables.now()}
    _write(table, plan, values, _NEWER, {})


def end(table: str, plan: dict[str, Any], outcome: dict[str, Any], *, retention_days: int) -> dict[str, Any] | None:
    """Records how an attempt has ended; returns its row, or None when it had its end or a later one began.

    Args:
        table: The index.
        plan: What was planned, as far as it came.
        outcome: ``status``, and any of ``OUTCOME``.
        retention_days: How long the row is kept; 0 keeps it.
    """
    values = _identity(plan, retention_days) | {"completed_at": tables.now()} | outcome
    return _write(table, plan, values, _OPEN, {"running": RUNNING})


def notified(table: str, transform: str, name: str) -> None:
    """Records that people were told of the end of an attempt."""
    tables.update(table, {KEY: transform}, {"notified": name})


def _identity(plan: dict[str, Any], retention_days: int) -> dict[str, Any]:
    planned = {name: plan.get(name) for name in PLANNED}
    known = {"request": plan["request"], "attempt": plan["attempt"], "event": json.dumps(plan["event"])}
    return dict.fromkeys(OUTCOME) | planned | known | {"updated_at": tables.now(), "expires_at": tables.expiry(retention_days)}


def _write(table: str, plan: dict[str, Any], values: dict[str, Any], condition: str, operands: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return tables.update(table, {KEY: plan["id"]}, values, condition=condition, operands=operands | {"attempt": plan["attempt"]})
    except ClientError as error:
        if is_code(error, "ConditionalCheckFailedException"):
            return None
        raise
