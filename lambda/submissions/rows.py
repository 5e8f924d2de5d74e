"""The index of inferences: one row for each version of an input, whatever the order in which news of it come.

``attempt`` is the last one that began; ``accepted`` the last one that needs no submitting any more, because SageMaker took it, answered
it, or it was refused. ``lease_until`` keeps a second delivery of the same event from submitting what is being submitted; the next attempt
begins when the last one has had its end, and waits for no lease.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from documents import tables
from documents.errors import is_code
from documents.intake import Intake

SUBMITTING, SUBMITTED = "SUBMITTING", "SUBMITTED"
SUCCEEDED, FAILED, REFUSED = "SUCCEEDED", "FAILED", "REFUSED"
KEY = "inference"
OUTCOME = ("output_location", "failure_location", "reason", "completed_at")

_NEW = f"attribute_not_exists(#{KEY})"
_LEFT = "#accepted < :attempt AND #status <> :succeeded"
_FREE = "(#attempt < :attempt OR #lease_until < :now)"
_THIS = f"attribute_exists(#{KEY}) AND #attempt = :attempt"


def claim(table: str, intake: Intake, *, lease_seconds: int, retention_days: int) -> bool:
    """Takes an attempt up; says whether it is this delivery's to submit."""
    moment = int(time.time())
    values = _identity(intake, retention_days) | {"status": SUBMITTING, "lease_until": moment + lease_seconds}
    values |= {"accepted": intake.attempt - 1}
    operands = {"attempt": intake.attempt, "succeeded": SUCCEEDED, "now": moment}
    return _write(table, intake.document.id, values, f"{_NEW} OR ({_LEFT} AND {_FREE})", operands) is not None


def refuse(table: str, intake: Intake, reason: dict[str, str], *, retention_days: int) -> dict[str, Any] | None:
    """Records that an input is not submitted; returns its row, or None when its attempt has had its end."""
    values = _identity(intake, retention_days) | {"status": REFUSED, "reason": reason, "accepted": intake.attempt, "lease_until": 0}
    operands = {"attempt": intake.attempt, "succeeded": SUCCEEDED, "refused": REFUSED}
    again = "(#status = :refused AND #attempt = :attempt)"
    return _write(table, intake.document.id, values, f"{_NEW} OR ({_LEFT}) OR {again}", operands)


def accept(table: str, inference: str, attempt: int, places: Mapping[str, str | None]) -> None:
    """Records that SageMaker has taken an attempt, and where it will put the answer; leaves an end that came sooner.

    A failure that came sooner didn't say where the container's words lie.
    """
    values: dict[str, Any] = {**places, "accepted": attempt, "updated_at": tables.now()}
    operands = {"attempt": attempt, "submitting": SUBMITTING}
    if _write(table, inference, values | {"status": SUBMITTED}, f"{_THIS} AND #status = :submitting", operands) is None:
        late = {"failure_location": places["failure_location"], "accepted": attempt}
        _write(table, inference, late, f"{_THIS} AND #status = :failed", {"attempt": attempt, "failed": FAILED})


def succeed(table: str, inference: str, attempt: int, output_location: str | None) -> bool:
    """Records an answer, also one that comes after the inference was given up; says whether it was news."""
    values: dict[str, Any] = {"status": SUCCEEDED, "accepted": attempt, "reason": None, "failure_location": None}
    values |= {"output_location": output_location} if output_location else {}
    condition = f"attribute_exists(#{KEY}) AND #status <> :succeeded"
    return _write(table, inference, values | _completed(), condition, {"succeeded": SUCCEEDED}) is not None


def fail(table: str, inference: str, attempt: int, reason: dict[str, str]) -> dict[str, Any] | None:
    """Records that an attempt failed; returns its row, or None when a later one began or there is an answer."""
    values = {"status": FAILED, "accepted": attempt, "reason": reason, "output_location": None} | _completed()
    return _write(table, inference, values, f"{_THIS} AND #status <> :succeeded", {"attempt": attempt, "succeeded": SUCCEEDED})


def give_up(table: str, row: dict[str, Any], reason: dict[str, str]) -> dict[str, Any] | None:
    """Records that a row will get no answer; returns it, or None when something has happened to it since it was read."""
    values = {"status": FAILED, "reason": reason, "output_location": None} | _completed()
    operands = {name: row[name] for name in ("attempt", "status", "updated_at")}
    condition = f"{_THIS} AND #status = :status AND #updated_at = :updated_at"
    return _write(table, row[KEY], values, condition, operands)


def notified(table: str, inference: str, name: str) -> None:
    """Records that people were told of the end of an attempt."""
    tables.update(table, {KEY: inference}, {"notified": name})


def _identity(intake: Intake, retention_days: int) -> dict[str, Any]:
    document, moment = intake.document, tables.now()
    known = {"input": document.path, "version_id": document.version_id, "size": document.size, "event": json.dumps(intake.event)}
    times = {"submitted_at": moment, "updated_at": moment, "expires_at": tables.expiry(retention_days)}
    return dict.fromkeys(OUTCOME) | known | times | {"attempt": intake.attempt}


def _completed() -> dict[str, str]:
    moment = tables.now()
    return {"completed_at": moment, "updated_at": moment}


def _write(table: str, inference: str, values: dict[str, Any], condition: str, operands: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return tables.update(table, {KEY: inference}, values, condition=condition, operands=operands)
    except ClientError as error:
        if is_code(error, "ConditionalCheckFailedException"):
            return None
        raise
