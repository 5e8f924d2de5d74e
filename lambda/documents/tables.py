"""DynamoDB items as plain dictionaries."""

import json
import re
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from documents.clients import client

_DAY_SECONDS = 86_400


def get(table: str, key: dict[str, str]) -> dict[str, Any]:
    """The item, read consistently; empty when there is none."""
    return plain(client("dynamodb").get_item(TableName=table, Key=attributes(key), ConsistentRead=True).get("Item", {}))


def update(
    table: str, key: dict[str, str], values: dict[str, Any], *, condition: str = "", operands: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Sets ``values``, removes those that are None, and returns the item as it is afterwards.

    Args:
        table: The table's name.
        key: The item's key.
        values: Attributes by name.
        condition: A condition expression in which ``#name`` is an attribute and ``:name`` one of ``operands``.
        operands: Values by name.
    """
    kept = {name: value for name, value in values.items() if value is not None}
    dropped = [name for name in values if name not in kept]
    expression = "SET " + ", ".join(f"#{name} = :set_{name}" for name in kept) if kept else ""
    expression += " REMOVE " + ", ".join(f"#{name}" for name in dropped) if dropped else ""
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", f"{expression} {condition}")}
    arguments: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
    result = client("dynamodb").update_item(
        TableName=table,
        Key=attributes(key),
        UpdateExpression=expression,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=attributes({f":set_{name}": value for name, value in kept.items()})
        | attributes({f":{name}": value for name, value in (operands or {}).items()}),
        ReturnValues="ALL_NEW",
        **arguments,
    )
    return plain(result["Attributes"])


def attributes(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` in DynamoDB's notation."""
    exact = json.loads(json.dumps(values), parse_float=Decimal)
    return {name: TypeSerializer().serialize(value) for name, value in exact.items()}


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """An item of DynamoDB's notation as JSON values."""
    values = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    exact: dict[str, Any] = json.loads(json.dumps(values, default=_number))
    return exact


def now() -> str:
    """The time as the tables hold it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def expiry(retention_days: int) -> int | None:
    """When an item written now expires; None keeps it."""
    return int(time.time()) + retention_days * _DAY_SECONDS if retention_days else None


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
