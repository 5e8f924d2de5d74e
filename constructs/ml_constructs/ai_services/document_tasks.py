"""What the tasks of document analysis have in common: time limits, retries, and the way to a rejection."""

from collections.abc import Mapping
from typing import Any

from ml_constructs.ai_services.document_functions import SIZES
from ml_constructs.foundation.states import State, lambda_task, retry

DOCUMENT = {"document": "{% $states.context.Execution.Input.document %}", "attempt": "{% $states.context.Execution.Input.attempt %}"}
PAYLOAD = "{% $states.result.Payload %}"
INPUT = "{% $states.input %}"
TOKEN = {"task_token": "{% $states.context.Task.Token %}"}

MARGIN_SECONDS = 10
BUSY = retry(("TransientServiceError",), interval=2, attempts=8)


def task(function: str, variables: Mapping[str, Any], **fields: Any) -> State:
    """A Task that hands the document, and ``variables``, to ``function``, and passes its input on."""
    timeout = SIZES[function].timeout_seconds + MARGIN_SECONDS
    return lambda_task(function, {**DOCUMENT, **variables}, **{"timeout_seconds": timeout, "retries": [BUSY], "Output": INPUT, **fields})


def variables(*names: str) -> dict[str, str]:
    """Those variables of the execution under their own names."""
    return {name: f"{{% ${name} %}}" for name in names}


def rejected() -> list[State]:
    """``Catch`` for tasks of the workflow: the document is refused where it is at fault, else the execution fails."""
    reason = {"code": "{% $states.errorOutput.Error %}", "message": "{% $states.errorOutput.Cause & '' %}"}
    outcomes = {"DocumentRejected": "REFUSED", "States.ALL": "FAILED"}
    return [
        {"ErrorEquals": [name], "Assign": {"status": status, "reason": reason}, "Next": "AbandonSlot"} for name, status in outcomes.items()
    ]
