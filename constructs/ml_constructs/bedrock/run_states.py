"""States by which one run at a time holds a knowledge base, and loses no change that comes meanwhile.

The item is the one of ``lambda/syncing/runs.py``: ``wanted`` counts changes, ``taken`` is that count when the run began;
``wanted_all`` counts the requests for all data sources among them, ``taken_all`` is that count when the last run began that met them.
"""

import json
from collections.abc import Mapping
from typing import Any

from ml_constructs.foundation.states import DYNAMODB_ERRORS, SQS_ERRORS, State, retry

KEY = "sync"
HOLDER = "{% $states.context.Execution.Name %}"
HELD = ["DynamoDB.ConditionalCheckFailedException"]
ANY = ["States.ALL"]
CALL_SECONDS = 60
SPARE_SECONDS = 300
COUNTS = {"wanted": "wanted", "taken": "wanted", "wanted_all": "wanted_all", "taken_all": "taken_all"}
LEFT = json.dumps({"source": "blueprint.left"})


def acquire(timeout_seconds: int, *, assign: Mapping[str, Any], **fields: Any) -> State:
    """A Task that takes the knowledge base unless another run has it, which is so no longer than a run may last.

    Its variables: ``everything``, whether all data sources were asked for and no run has met that yet; ``requests``, how many such requests
    there were, and ``met``, up to which of them runs have met.

    Args:
        timeout_seconds: How long a run may last.
        assign: Further variables of the run.
        fields: Of the Task.
    """
    moment = "$floor($millis() / 1000)"
    values = {
        ":until": {"N": f"{{% $string({moment} + {timeout_seconds + SPARE_SECONDS}) %}}"},
        ":now": {"N": f"{{% $string({moment}) %}}"},
        ":none": {"N": "0"},
    }
    counts = ", ".join(f"{name} = if_not_exists({count}, :none)" for name, count in COUNTS.items())
    item = "$states.result.Attributes"
    return _update(
        {
            "UpdateExpression": f"SET holder = :holder, held_until = :until, {counts}",
            "ConditionExpression": "attribute_not_exists(holder) OR held_until < :now OR holder = :holder",
            "ReturnValues": "ALL_NEW",
        },
        values,
        Assign={
            "everything": f"{{% {item}.wanted_all.N != {item}.taken_all.N %}}",
            "requests": f"{{% {item}.wanted_all.N %}}",
            "met": f"{{% {item}.taken_all.N %}}",
            **assign,
        },
        Catch=[{"ErrorEquals": HELD, "Next": "AlreadyRunning"}, {"ErrorEquals": ANY, "Next": "NotStarted"}],
        **fields,
    )


def leave(*, then: str) -> dict[str, State]:
    """The states that leave the knowledge base to the next run, and ask for one if changes came too late for this one.

    Only here are requests for all data sources noted as met, the ``$met`` of the run: those of a run that is stopped are left to the next.
    """
    lost = {"ErrorEquals": HELD, "Assign": {"again": False}, "Next": then}
    return {
        "Release": _update(
            {
                "UpdateExpression": "SET taken_all = :met REMOVE holder, held_until",
                "ConditionExpression": "holder = :holder",
                "ReturnValues": "ALL_NEW",
            },
            {":met": {"N": "{% $met %}"}},
            Assign={"again": "{% $states.result.Attributes.wanted.N != $states.result.Attributes.taken.N %}"},
            Catch=[lost, {"ErrorEquals": ANY, "Next": "NotReleased"}],
            Next="Again",
        ),
        "Again": {"Type": "Choice", "Choices": [{"Condition": "{% $again %}", "Next": "AskAgain"}], "Default": then},
        "AskAgain": {
            "Type": "Task",
            "Resource": "${SqsSendMessage}",
            "Arguments": {"QueueUrl": "${ChangesQueue}", "MessageBody": LEFT},
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
