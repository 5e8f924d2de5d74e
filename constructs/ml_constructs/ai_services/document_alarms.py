"""What operators are told when something is wrong with document analysis."""

ADVICE = {
    "FailedBulkRuns": (
        "A run over a bucket failed. Open it in Step Functions: either the bucket is none of those that the settings name, or too "
        "many of its objects could not be queued; then start the run again, what was queued before has no second effect."
    ),
    "FailedExecutions": (
        "Executions failed, ran out of time or were stopped. Open the last failed one in Step Functions; its documents are in the "
        "rejected queue and can be redriven."
    ),
    "IntakeAge": (
        "Uploads wait in the intake queue. See the log of start_analysis; raise its concurrency if it merely has too much to do."
    ),
    "LostEnds": (
        "The ends of executions could not be handled: slots may be held for nothing, documents may be missing from the index. See "
        "the log of close_execution, mend the cause, and send its events again."
    ),
    "LostNotices": (
        "Notices of Textract could not be handled. Their documents go on after an hour all the same; see the log of "
        "complete_textract_job, mend the cause, and redrive the queue."
    ),
    "NoFreeSlot": (
        "For an hour documents have been waiting for a slot. Raise max_concurrent_documents as far as Textract's quotas allow, or "
        "see whether stopped executions hold slots: the item 'slots' of the table of jobs names the holders."
    ),
    "PagesPerDay": (
        "More pages were analysed in a day than planned, and each is billed. Find out who uploads; disable the rule of uploads to "
        "stop, or raise alarms.pages_per_day."
    ),
    "RejectedDocuments": (
        "Documents were refused or failed; the index tells why, by status. Mend the cause, then move the messages of the rejected "
        "queue to the intake queue (aws sqs start-message-move-task), or purge them."
    ),
    "ReviewAge": (
        "A review has waited for half of the time that documents wait. Find reviewers, or take announcements of decided reviews "
        "out of the review queue."
    ),
    "ReviewApiErrors": ("The review API failed. See the log of decide_review; decisions that were recorded can be sent again."),
    "TextractThrottled": ("Textract refuses calls because there are too many. Ask for higher quotas, or lower max_concurrent_documents."),
    "UndeliveredEvents": (
        "EventBridge could not queue uploads. Check the policies of the intake queue and its key, then redrive the queue of "
        "undelivered events."
    ),
}
