"""States by which one run at a time holds a knowledge base, and loses no change that comes meanwhile.

The item is the one of ``lambda/syncing/runs.py``: ``wanted`` counts changes, ``taken`` is that count when the run began.
"""

import json
from typing import Any

from ml_constructs.foundation.states import DYNAMODB_ERRORS, SQS_ERRORS, State, retry

KEY = "sync"
HOLDER = "{% $states.context.Execution.Name %}"
HELD = ["DynamoDB.ConditionalCheckFailedException"]
ANY = ["States.ALL"]
CALL_SECONDS = 60
SPARE_SECONDS = 300
AGAIN = json.dumps({"source": "blueprint.again"})


def acquire(timeout_seconds: int, **fields: Any) -> State:
    """A Task that takes the knowledge base unless another run has it, which is so no longer than a run may last."""
    moment = "$floor($millis() / 1000)"
    values = {
        ":until": {"N": f"{{% $string({moment} + {timeout_seconds + SPARE_SECONDS}) %}}"},
        ":now": {"N": f"{{% $string({moment}) %}}"},
        ":none": {"N": "0"},
    }
    return _update(
        {
            "UpdateExpression": (
                "SET holder = :holder, held_until = :until, wanted = if_not_exists(wanted, :none), taken = if_not_exists(wanted, :none)"
            ),
            "ConditionExpression": "attribute_not_exists(holder) OR held_until < :now OR holder = :holder",
        },
        values,
        Catch=[{"ErrorEquals": HELD, "Next": "AlreadyRunning"}, {"ErrorEquals": ANY, "Next": "NotStarted"}],
        **fields,
    )


def leave(*, then: str) -> dict[str, State]:
    """The states that leave the knowledge base to the next run, and ask for one if changes came too late for this one."""
    lost = {"ErrorEquals": HELD, "Assign": {"again": False}, "Next": then}
    return {
        "Release": _update(
            {"UpdateExpression": "REMOVE holder, held_until", "ConditionExpression": "holder = :holder", "ReturnValues": "ALL_NEW"},
            {},
            Assign={"again": "{% $states.result.Attributes.wanted.N != $states.result.Attributes.taken.N %}"},
            Catch=[lost, {"ErrorEquals": ANY, "Next": "NotReleased"}],
            Next="Again",
        ),
        "Again": {"Type": "Choice", "Choices": [{"Condition": "{% $again %}", "Next": "AskAgain"}], "Default": then},
        "AskAgain": {
            "Type": "Task",
            "Resource": "${SqsSendMessage}",
            "Arguments": {"QueueUrl": "${ChangesQueue}", "MessageBody": AGAIN},
            "TimeoutSeconds": CALL_SECONDS,
            "Retry": [retry(SQS_ERRORS)],
            "Catch": [{"ErrorEquals": ANY, "Next": "NotReleased"}],
            "Next": then,
        },
    }


def _update(arguments: dict[str, Any], values: dict[str, Any], **fields: Any) -> State:
    item = {"TableName": "${SyncTable}", "Key": {"pk": {"S": KEY}}, "ExpressionAttributeValues": {":holder": {"S": HOLDER}, **values}}
    return {
        "Type": "Task",
        "Resource": "${DynamoDbUpdateItem}",
        "Arguments": {**item, **arguments},
        "TimeoutSeconds": CALL_SECONDS,
        "Retry": [retry(DYNAMODB_ERRORS, attempts=10)],
        **fields,
    }
