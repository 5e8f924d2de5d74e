"""From a manifest, a request file or the time of day to an execution."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import grant_items, grant_listing, grant_messages, grant_objects
from ml_constructs.foundation.metrics import MOMENT, counted, depth
from ml_constructs.foundation.object_intake import KEEP, ObjectIntake
from ml_constructs.foundation.queues import consume, explain_last_resort
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.transform.batch_transform import BatchTransform
from ml_constructs.sagemaker.inference.transform.transform_advice import ADVICE
from ml_constructs.sagemaker.inference.transform.transform_functions import transform_function, visibility_timeout
from ml_constructs.sagemaker.inference.transform.transform_places import PLANS, TransformPlaces
from ml_constructs.sagemaker.inference.transform.transform_schedule import DailyPrefix, TransformSchedule
from ml_constructs.sagemaker.inference.transform.transform_store import TransformStore

PLAN = "PlanTransform"
PACKAGE = "plan_transform"
OLD_SECONDS = 3600


class TransformIntake(ObjectIntake):
    """Queues every manifest and request file that is uploaded, and keeps apart what is wrong with requests and with their results.

    ``failed`` is its dead-letter queue and takes requests without a result too: from a dead-letter queue, SQS moves messages back.
    ``rejected`` takes requests that are refused. ``undelivered`` takes events that could not be put into ``queue``.

    Args:
        store: The bucket, the index and the key.
        places: Where requests and data are.

    See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, store: TransformStore, places: TransformPlaces) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket=store.inputs,
            key=store.key,
            visibility_timeout=visibility_timeout(PLAN),
            prefix=places.requests,
            dead_letters_id="Failed",
        )
        self._store, self._places = store, places
        self.failed = self.dead_letters
        self.rejected = sqs.Queue(self, "Rejected", encryption_master_key=store.key, enforce_ssl=True, retention_period=KEEP)
        explain_last_resort(self.rejected)

    def start(
        self, transform: BatchTransform, *, daily: Sequence[DailyPrefix] = (), defaults: HandlerDefaults, max_concurrency: int = 5
    ) -> HandlerFunction:
        """Has an execution of ``transform`` started for each request.

        Args:
            transform: Works requests off.
            daily: Prefixes that are asked for every day.
            defaults: What the function shares with others.
            max_concurrency: Requests looked at at once, 2 to 1,000.
        """
        environment = {
            **transform.options.environment,
            "DATA_PREFIX": self._places.data,
            "INPUTS_BUCKET": self._store.inputs.bucket_name,
            "REJECTED_QUEUE_URL": self.rejected.queue_url,
            "RESULTS_BUCKET": self._store.results.bucket_name,
            "RETENTION_DAYS": str(self._store.retention_days),
            "STATE_MACHINE_ARN": transform.workflow.arn,
            "TRANSFORMS_TABLE": self._store.index.table_name,
        }
        function = transform_function(self, PLAN, defaults=defaults, environment=environment)
        self._allow(function.execution_role, transform)
        # Each message may take as long as the function may.
        consume(self.queue, function, max_concurrency=max_concurrency, batch_size=1)
        if daily:
            TransformSchedule(self, "Schedule", prefixes=daily, queue=self.queue, undelivered=self.undelivered)
        return function

    def watch(self, alarms: Alarms) -> None:
        """Adds alarms on requests without a result, refused ones, events that were not delivered, and a queue that isn't worked off."""
        alarms.watch("FailedTransforms", depth(self.failed), threshold=1, advice=ADVICE)
        alarms.watch("RejectedRequests", depth(self.rejected), threshold=1, advice=ADVICE)
        alarms.watch("UndeliveredEvents", depth(self.undelivered), threshold=1, advice=ADVICE)
        alarms.watch("IntakeAge", self.age, threshold=OLD_SECONDS, periods=3, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        names = ("TransformsStarted", "RequestsRefused", "DuplicateEvents")
        return {
            "Requests": [counted(self, name, by=PACKAGE, period=MOMENT) for name in names],
            "Queued, failed, rejected and undelivered": [*self.queue_metrics, depth(self.rejected)],
        }

    def _allow(self, role: iam.Role, transform: BatchTransform) -> None:
        inputs, places = self._store.inputs, self._places
        grant_objects(inputs, role, ["GetObject", "GetObjectVersion"], prefix=places.requests)
        grant_objects(inputs, role, ["GetObject"], prefix=places.data)
        grant_objects(inputs, role, ["PutObject"], prefix=PLANS)
        grant_listing(inputs, role, "ListBucket")
        grant_items(self._store.index, role, "GetItem", "UpdateItem")
        grant_messages(self.rejected, role, "SendMessage")
        role.add_to_policy(iam.PolicyStatement(actions=["states:StartExecution"], resources=[transform.workflow.arn]))
