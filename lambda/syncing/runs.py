"""Which run holds the knowledge base, and which changes it has taken.

One item counts the changes that were asked for (``wanted``). A run notes that count when it begins (``taken``) and holds the item
until it ends, or until the time is over that no run survives (``held_until``). A change that is counted while nobody holds the item
starts a run; one that is counted while somebody does, is found when that run ends: ``wanted`` is no longer what was ``taken``.

Requests for all data sources are counted as changes and once more by themselves (``wanted_all``). A run looks through all of them if
that count is not the one noted last (``taken_all``). A run notes what it found when it began, but only at its end and if no data source
has failed, so that the next one makes up for a run that failed or was stopped.
"""

import time
from typing import Any

from botocore.exceptions import ClientError

from documents import tables
from documents.clients import client
from documents.errors import is_code

KEY = {"pk": "sync"}


def ask(table: str, *, everything: bool) -> dict[str, Any]:
    """Counts a change, with ``everything`` a request for all data sources too, and returns the item as it is afterwards."""
    answer = client("dynamodb").update_item(
        TableName=table,
        Key=tables.attributes(KEY),
        UpdateExpression="ADD wanted :one, wanted_all :all",
        ExpressionAttributeValues={":one": {"N": "1"}, ":all": {"N": str(int(everything))}},
        ReturnValues="ALL_NEW",
    )
    return tables.plain(answer["Attributes"])


def free(table: str, holder: str) -> dict[str, Any]:
    """Lets the item go if ``holder`` holds it, and returns the item as it is afterwards."""
    try:
        return tables.update(table, KEY, {"holder": None, "held_until": None}, condition="#holder = :holder", operands={"holder": holder})
    except ClientError as error:
        if not is_code(error, "ConditionalCheckFailedException"):
            raise
    return tables.get(table, KEY)


def held(item: dict[str, Any]) -> bool:
    """Whether a run holds the knowledge base."""
    return "holder" in item and int(item["held_until"]) >= time.time()


def left_over(item: dict[str, Any]) -> bool:
    """Whether there are changes that no run has taken."""
    return int(item.get("wanted", 0)) != int(item.get("taken", 0))
