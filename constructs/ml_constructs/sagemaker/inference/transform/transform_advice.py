"""What operators are told when something is wrong around batch transform."""

ADVICE = {
    "FailedTransforms": (
        "Requests got no result, or not a whole one; the index tells why, by status FAILED, and in which job. See the job's streams in the "
        "log group /aws/sagemaker/TransformJobs, mend the data or the model, then move the messages of the failed queue to the intake "
        "queue (aws sqs start-message-move-task), or purge them."
    ),
    "FailedExecutions": (
        "Executions failed, were stopped or took too long. Open the last one in Step Functions; the index and the failed queue say what "
        "became of its request, and that of an execution that could not say so itself is put there by close_transform."
    ),
    "InstanceHours": (
        "Jobs took more instance hours in a day than planned, and each is billed. See in the index which requests they were for; lower "
        "runs.max_instances, runs.job_hours or runs.max_concurrent, or raise alarms.instance_hours_per_day if it was meant."
    ),
    "IntakeAge": "Requests wait in the intake queue. See the log of plan_transform.",
    "LostEnds": (
        "The ends of executions could not be handled: jobs may still run, slots may be held for nothing, and the index may call transforms "
        "running that aren't. See the log of close_transform, mend the cause, and send its events again."
    ),
    "NoFreeSlot": (
        "For two hours requests have waited for their turn. See whether the jobs that run take too long, or whether stopped executions "
        "hold slots: the item 'slots' of the table of runs names the holders. Raise runs.max_concurrent as far as quotas allow."
    ),
    "RejectedRequests": (
        "Manifests, request files or scheduled prefixes were refused before anything was paid for; the index tells why, by status REFUSED. "
        "Mend them and upload them again, then purge the queue."
    ),
    "UndeliveredEvents": (
        "EventBridge or its Scheduler could not queue requests. Check the policies of the intake queue and its key, then redrive the queue "
        "of undelivered events."
    ),
}
