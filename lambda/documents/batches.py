"""Batches from SQS, of which exactly the failed messages come back."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.runtime import forget, guarded, require_time

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def process(event: dict[str, Any], context: LambdaContext, *, each: Callable[[str], None], seconds: float) -> Any:
    """Calls ``each`` with every message's body and returns SQS's partial response.

    Args:
        event: The batch.
        context: The invocation's.
        each: Handles one body; whatever it raises fails its own message only.
        seconds: What one message may need; with less left, messages are handed back untouched.
    """

    def handle(record: SQSRecord) -> None:
        forget()
        guarded(_in_time, record.body)

    def _in_time(body: str) -> None:
        require_time(context, seconds)
        each(body)

    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
