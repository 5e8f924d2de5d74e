"""A semaphore of Step Functions and DynamoDB: executions hold the slots of one item."""

from typing import Any

from ml_constructs.foundation.states import DYNAMODB_ERRORS, State, retry

ITEM = {"pk": {"S": "slots"}}
HOLDER = "{% $states.context.Execution.Name %}"
OCCUPIED = ("DynamoDB.ConditionalCheckFailedException",)
AS_LONG_AS_THE_EXECUTION = 99_999_999


def acquire(slots: int, *, table: str = "JobsTable", **fields: Any) -> State:
    """A Task that waits for one of ``slots``; once acquired, acquiring it again changes nothing.

    Args:
        slots: How many executions hold one at once.
        table: Name of the substitution that holds the name of the table.
        fields: Further fields of the state.

    See https://aws.amazon.com/blogs/compute/controlling-concurrency-in-distributed-systems-using-aws-step-functions/
    """
    state = _update(
        table,
        "ADD holders :holder",
        {":name": {"S": HOLDER}, ":slots": {"N": str(slots)}},
        ConditionExpression="attribute_not_exists(holders) OR size(holders) < :slots OR contains(holders, :name)",
    )
    state["Retry"].append(retry(OCCUPIED, interval=2, backoff=1.5, attempts=AS_LONG_AS_THE_EXECUTION, max_delay=120))
    return {**state, **fields}


def release(*, table: str = "JobsTable", **fields: Any) -> State:
    """A Task that gives the slot back; without one it changes nothing."""
    return {**_update(table, "DELETE holders :holder", {}), **fields}


def _update(table: str, expression: str, values: dict[str, Any], **arguments: Any) -> State:
    return {
        "Type": "Task",
        "Resource": "${DynamoDbUpdateItem}",
        "Arguments": {
            "TableName": f"${{{table}}}",
            "Key": ITEM,
            "UpdateExpression": expression,
            "ExpressionAttributeValues": {":holder": {"SS": [HOLDER]}, **values},
            **arguments,
        },
        "TimeoutSeconds": 15,
        "Retry": [retry(DYNAMODB_ERRORS, attempts=10)],
        "Output": "{% $states.input %}",
    }
