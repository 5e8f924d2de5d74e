"""Works through the documents that lie in a bucket already."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.grants import grant_listing, grant_messages, grant_objects
from ml_constructs.foundation.roles import allow_matching
from ml_constructs.foundation.states import SQS_ERRORS, State, retry
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms

RESULTS = "bulk"
LABEL = "Objects"
MAX_HOURS = 24 * 7


class BulkRun(Workflow):
    """Lists a bucket and queues each of its objects, in a Distributed Map; started with ``{"bucket": …, "prefix": …}``.

    Args:
        sources: The buckets that may be listed.
        queue: Takes the messages.
        results: Gets the list of what was queued and what failed, below ``bulk/``.
        defaults: The key, and how long logs are kept.
        max_concurrency: Messages sent at once, 1 to 10,000.
        tolerated_failure_percentage: How much of a run may fail before it is stopped, 0 to 100.

    See https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        sources: Sequence[s3.IBucket],
        queue: sqs.IQueue,
        results: s3.IBucket,
        defaults: HandlerDefaults,
        max_concurrency: int = 100,
        tolerated_failure_percentage: float = 5,
    ) -> None:
        if not 1 <= max_concurrency <= 10_000:
            raise ValueError(f"max_concurrency must be from 1 to 10000, got {max_concurrency}")
        if not 0 <= tolerated_failure_percentage <= 100:
            raise ValueError(f"tolerated_failure_percentage must be from 0 to 100, got {tolerated_failure_percentage:g}")
        super().__init__(
            scope,
            construct_id,
            definition=_definition(max_concurrency, tolerated_failure_percentage),
            substitutions={"Queue": queue.queue_url, "Results": results.bucket_name},
            defaults=defaults,
        )
        for bucket in sources:
            grant_listing(bucket, self.role, "ListBucket")
        grant_messages(queue, self.role, "SendMessage")
        written = ("AbortMultipartUpload", "GetObject", "ListMultipartUploadParts", "PutObject")
        grant_objects(results, self.role, written, prefix=f"{RESULTS}/")
        self._allow_children()

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on runs that failed."""
        alarms.watch("FailedBulkRuns", self.machine.metric_failed(period=Duration.minutes(5)), threshold=1, advice=ADVICE)

    def _allow_children(self) -> None:
        """What AWS lists for distributed maps and their redrive.

        See https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
        """
        self.role.add_to_policy(iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.arn]))
        executions = self.arn.replace(":stateMachine:", ":execution:")
        reason = "Each item of a run is an execution of its own of this state machine, named when it starts."
        allow_matching(self.role, ["states:DescribeExecution", "states:StopExecution"], [f"{executions}:*"], reason)
        allow_matching(self.role, ["states:RedriveExecution"], [f"{executions}/{LABEL}:*"], reason)


def _definition(max_concurrency: int, tolerated_failure_percentage: float) -> dict[str, Any]:
    whole_bucket = 'States.JsonMerge(States.StringToJson(\'{"prefix":""}\'), $, false)'
    objects = {
        "Type": "Map",
        "Label": LABEL,
        "ItemReader": {"Resource": "${S3ListObjects}", "Parameters": {"Bucket.$": "$.bucket", "Prefix.$": "$.prefix"}},
        "ItemSelector": {"bucket.$": "$.bucket", "object.$": "$$.Map.Item.Value"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "QueueObject",
            "States": {"QueueObject": _queue_object()},
        },
        "MaxConcurrency": max_concurrency,
        "ToleratedFailurePercentage": tolerated_failure_percentage,
        "ResultWriter": {"Resource": "${S3PutObject}", "Parameters": {"Bucket": "${Results}", "Prefix": RESULTS}},
        "Retry": [retry(("States.ItemReaderFailed",), interval=5, attempts=3)],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Stopped"}],
        "Next": "Queued",
    }
    states = {
        "Defaults": {"Type": "Pass", "Parameters": {"run.$": whole_bucket}, "OutputPath": "$.run", "Next": "QueueObjects"},
        "QueueObjects": objects,
        "Queued": {"Type": "Succeed"},
        "Stopped": {"Type": "Fail", "ErrorPath": "$.Error", "CausePath": "$.Cause"},
    }
    return {"StartAt": "Defaults", "TimeoutSeconds": MAX_HOURS * 3600, "States": states}


def _queue_object() -> State:
    found = {"key.$": "$.object.Key", "size.$": "$.object.Size", "etag.$": "$.object.Etag"}
    listed = {"source": "blueprint.bulk", "detail-type": "Object Listed", "detail": {"bucket": {"name.$": "$.bucket"}, "object": found}}
    return {
        "Type": "Task",
        "Resource": "${SqsSendMessage}",
        "Parameters": {"QueueUrl": "${Queue}", "MessageBody": listed},
        "TimeoutSeconds": 30,
        "Retry": [retry(SQS_ERRORS)],
        "End": True,
    }
