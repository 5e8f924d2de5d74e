"""What operators are told when a knowledge base falls out of step with its documents."""

ADVICE = {
    "ChangesAge": (
        "Changes of documents wait in the queue of changes. See the log of request_sync; the knowledge base doesn't know of them yet."
    ),
    "FailedDocuments": (
        "Documents were not taken in, or not wholly. The messages of the queue of failed documents tell which and why. Mend or delete the "
        "documents, then delete the messages (aws sqs purge-queue): what still is wrong afterwards is told again when it changes."
    ),
    "FailedSyncs": (
        "Runs failed, were stopped or took too long. Open the last one in Step Functions; the queue of failed documents has what Bedrock "
        'says. The next change starts another run; to have one now, send {"source": "blueprint.again"} to the queue of changes.'
    ),
    "LostChanges": (
        "Changes of documents could not be handled or delivered. See the log of request_sync, mend the cause, then move the messages to "
        "the queue of changes (aws sqs start-message-move-task)."
    ),
    "LostSyncEnds": (
        "The ends of runs could not be handled: the knowledge base may count as taken until sync.timeout_hours have passed. See the log of "
        "close_sync, mend the cause, and send its events again."
    ),
}
