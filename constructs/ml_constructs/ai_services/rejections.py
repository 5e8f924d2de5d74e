"""Functions that record documents as refused or failed."""

from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_functions import document_function
from ml_constructs.ai_services.document_options import DocumentOptions
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import grant_items, grant_messages


def recording_function(
    scope: Construct,
    name: str,
    *,
    store: DocumentStore,
    options: DocumentOptions,
    rejected: sqs.IQueue,
    defaults: HandlerDefaults,
    environment: dict[str, str] | None = None,
) -> HandlerFunction:
    """A function that may write to the index, close a review, and put an event into the rejected queue.

    Args:
        scope: Where it is defined.
        name: ``RecordRejection`` or ``CloseExecution``.
        store: The tables.
        options: Whether there are reviews to close.
        rejected: Gets the event, raised to the next attempt.
        defaults: What it shares with other functions.
        environment: What it is told beside the places of its records.
    """
    places = {
        "INDEX_TABLE": store.index.table_name,
        "REJECTED_QUEUE_URL": rejected.queue_url,
        "RETENTION_DAYS": str(store.retention_days),
        **({"REVIEWS_TABLE": store.reviews.table_name} if options.review else {}),
    }
    function = document_function(scope, name, defaults=defaults, environment={**places, **(environment or {})})
    role = function.execution_role
    grant_items(store.index, role, "GetItem", "UpdateItem")
    if options.review:
        grant_items(store.reviews, role, "UpdateItem")
    grant_messages(rejected, role, "SendMessage")
    return function
