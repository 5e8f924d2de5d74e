"""How Textract announces that a job has ended."""

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_functions import visibility_timeout
from ml_constructs.foundation import service_role
from ml_constructs.foundation.grants import allow_service, grant_publishing
from ml_constructs.foundation.queues import explain_last_resort, subscribe

TEXTRACT = "textract.amazonaws.com"
DELIVERIES = 5
KEEP = Duration.days(14)


class TextractNotices(Construct):
    """A topic that Textract publishes to, and a queue behind it that loses no notice and slows nobody down.

    Args:
        key: Encrypts topic and queues; SNS is allowed to use it.

    See https://docs.aws.amazon.com/textract/latest/dg/api-async-roles.html and
    https://docs.aws.amazon.com/textract/latest/dg/cross-service-confused-deputy-prevention.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        allow_service(key, "sns.amazonaws.com", scope=self)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True, master_key=key)
        jobs = Stack.of(self).format_arn(service="textract", resource="*", arn_format=ArnFormat.NO_RESOURCE_NAME)
        self.role = service_role(self, "Role", service=TEXTRACT, source_arn=jobs)
        grant_publishing(self.topic, self.role, key)
        self.dead_letters = sqs.Queue(self, "DeadLetters", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=DELIVERIES),
            encryption_master_key=key,
            enforce_ssl=True,
            visibility_timeout=visibility_timeout("CompleteTextractJob"),
        )
        self.subscription = subscribe(self, "Subscription", topic=self.topic, queue=self.queue, dead_letters=self.dead_letters)
        explain_last_resort(self.dead_letters)

    def grant_handing_over(self, role: iam.Role) -> None:
        """Lets ``role`` hand Textract the role in which it publishes."""
        condition = {"StringEquals": {"iam:PassedToService": TEXTRACT}}
        role.add_to_policy(iam.PolicyStatement(actions=["iam:PassRole"], resources=[self.role.role_arn], conditions=condition))
