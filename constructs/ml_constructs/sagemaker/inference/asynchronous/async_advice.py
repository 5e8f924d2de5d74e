"""What operators are told when something is wrong around an asynchronous endpoint."""

ADVICE = {
    "BacklogAge": (
        "A request has waited longer than planned. See on the dashboard whether there are instances: if so, raise scaling.max_instances "
        "or lower scaling.backlog_per_instance; if not, look at the alarm NoCapacity."
    ),
    "EndpointSaturated": (
        "For half an hour there have been as many instances as allowed, and more requests for each than planned. Raise "
        "scaling.max_instances as far as quotas allow, or take larger instances."
    ),
    "FailedInferences": (
        "Inputs got no answer; the index tells why, by status. See the container's log of the endpoint and the files below failures/, mend "
        "the cause, then move the messages of the failed queue to the intake queue (aws sqs start-message-move-task with both ARNs, as "
        "messages that a function has put there have no source), or purge them."
    ),
    "InstanceHours": (
        "Instances ran longer in a day than planned, and each hour is billed. See on the dashboard whether requests kept them busy, or "
        "whether they don't go although the backlog is empty; raise alarms.instance_hours_per_day if it was meant."
    ),
    "IntakeAge": "Uploads wait in the intake queue. See the log of submit_inference, and the alarm SubmissionErrors.",
    "LostNotices": (
        "Notices of SageMaker could not be handled, or the search for lost inferences failed. See the logs of record_inference and "
        "sweep_inferences, mend the cause, and redrive the queue; rows whose notice is gone end as LOST."
    ),
    "NoCapacity": (
        "For half an hour requests have waited without a single instance. See the scaling activities of the endpoint (aws "
        "application-autoscaling describe-scaling-activities): either the quota of the instance type is used up, or AWS has none of them; "
        "add instance pools or a reservation."
    ),
    "NoticesNotSent": (
        "SageMaker could not publish what became of requests. Check the policies of the topics and of their key; rows whose notice was not "
        "sent end as LOST."
    ),
    "RejectedInputs": (
        "Files were refused before the model was asked; the index tells why, by status REFUSED. Mend them and upload them again, or purge "
        "the queue."
    ),
    "SubmissionErrors": (
        "SageMaker refused requests. Each is tried five times and then kept in the failed queue; see the log of submit_inference for the "
        "code, and whether the endpoint is in service."
    ),
    "UndeliveredEvents": (
        "EventBridge could not queue uploads. Check the policies of the intake queue and its key, then redrive the queue of undelivered "
        "events."
    ),
}
