"""From an upload to a request in the queue of an asynchronous endpoint."""

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import grant_items, grant_messages
from ml_constructs.foundation.metrics import MOMENT, counted, depth
from ml_constructs.foundation.object_intake import KEEP, ObjectIntake
from ml_constructs.foundation.queues import consume, explain_last_resort
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.asynchronous.async_advice import ADVICE
from ml_constructs.sagemaker.inference.asynchronous.async_endpoint import AsyncEndpoint
from ml_constructs.sagemaker.inference.asynchronous.async_functions import TIMEOUT_SECONDS, async_function, visibility_timeout
from ml_constructs.sagemaker.inference.asynchronous.async_options import AsyncRequests
from ml_constructs.sagemaker.inference.asynchronous.async_store import InferenceStore

SUBMIT = "SubmitInference"
OLD_SECONDS = 1800
PACKAGE = "submit_inference"


class InferenceIntake(ObjectIntake):
    """Queues every input that is uploaded, and keeps apart what is wrong with files and what is wrong with answers.

    ``failed`` is its dead-letter queue and takes inputs without an answer too: from a dead-letter queue, SQS moves messages back.
    ``rejected`` takes files that are refused. ``undelivered`` takes events that EventBridge could not put into ``queue``.

    Args:
        store: Where inputs are uploaded, and where is recorded what becomes of them.
        requests: Which files are inputs.
        key: Encrypts the queues; EventBridge is allowed to use it.

    See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, store: InferenceStore, requests: AsyncRequests, key: kms.IKey) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket=store.inputs,
            key=key,
            visibility_timeout=visibility_timeout(SUBMIT),
            prefix=requests.prefix,
            dead_letters_id="Failed",
        )
        self._store, self._requests = store, requests
        self.failed = self.dead_letters
        self.rejected = sqs.Queue(self, "Rejected", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        explain_last_resort(self.rejected)

    def start(self, endpoint: AsyncEndpoint, *, defaults: HandlerDefaults, max_concurrency: int = 5) -> HandlerFunction:
        """Has ``endpoint`` asked about each input.

        Args:
            endpoint: Takes the requests.
            defaults: What the function shares with others.
            max_concurrency: Batches worked on at once, 2 to 1,000.
        """
        environment = {
            **self._requests.environment,
            "ENDPOINT_NAME": endpoint.endpoint_name,
            "INFERENCES_TABLE": self._store.index.table_name,
            "LEASE_SECONDS": str(TIMEOUT_SECONDS[SUBMIT]),
            "REJECTED_QUEUE_URL": self.rejected.queue_url,
            "RETENTION_DAYS": str(self._store.retention_days),
        }
        function = async_function(self, SUBMIT, defaults=defaults, environment=environment)
        endpoint.grant_invoke(function.execution_role)
        grant_items(self._store.index, function.execution_role, "UpdateItem")
        grant_messages(self.rejected, function.execution_role, "SendMessage")
        consume(self.queue, function, max_concurrency=max_concurrency)
        return function

    def watch(self, alarms: Alarms) -> None:
        """Adds alarms on inputs without an answer, refused files, events that were not delivered, and requests that SageMaker refuses."""
        alarms.watch("FailedInferences", depth(self.failed), threshold=1, advice=ADVICE)
        alarms.watch("RejectedInputs", depth(self.rejected), threshold=1, advice=ADVICE)
        alarms.watch("UndeliveredEvents", depth(self.undelivered), threshold=1, advice=ADVICE)
        alarms.watch("IntakeAge", self.age, threshold=OLD_SECONDS, periods=3, advice=ADVICE)
        alarms.watch("SubmissionErrors", counted(self, "SubmissionsFailed", by=PACKAGE, period=MOMENT), threshold=1, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        names = ("InferencesSubmitted", "InputsRefused", "DuplicateEvents", "SubmissionsFailed")
        return {
            "Inputs": [counted(self, name, by=PACKAGE, period=MOMENT) for name in names],
            "Queued, failed, rejected and undelivered": [*self.queue_metrics, depth(self.rejected)],
        }
