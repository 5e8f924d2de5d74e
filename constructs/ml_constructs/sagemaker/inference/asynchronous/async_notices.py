"""How SageMaker announces that an inference has ended."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation.grants import allow_service, grant_publishing
from ml_constructs.foundation.queues import explain_last_resort, subscribe
from ml_constructs.sagemaker.inference.asynchronous.async_functions import visibility_timeout

DELIVERIES = 5
KEEP = Duration.days(14)


class InferenceNotices(Construct):
    """Topics for answers and for failures, and one queue behind both that loses no notice.

    ``success`` and ``error`` are there for others to subscribe to as well. ``dead_letters`` takes what could not be delivered or handled.

    Args:
        key: Encrypts topics and queues; SNS is allowed to use it.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        allow_service(key, "sns.amazonaws.com", scope=self)
        self.success = sns.Topic(self, "Success", enforce_ssl=True, master_key=key)
        self.error = sns.Topic(self, "Error", enforce_ssl=True, master_key=key)
        self.dead_letters = sqs.Queue(self, "DeadLetters", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        explain_last_resort(self.dead_letters)
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=DELIVERIES),
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEEP,
            visibility_timeout=visibility_timeout("RecordInference"),
        )
        for name, topic in (("SuccessSubscription", self.success), ("ErrorSubscription", self.error)):
            subscribe(self, name, topic=topic, queue=self.queue, dead_letters=self.dead_letters)

    def grant_publishing(self, role: iam.Role) -> None:
        """Lets SageMaker, as ``role``, publish to both topics."""
        for topic in (self.success, self.error):
            grant_publishing(topic, role, self._key)
