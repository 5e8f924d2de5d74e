"""People check what Textract was unsure of."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.ai_services.document_functions import document_function
from ml_constructs.ai_services.document_store import BY_STATUS, DocumentStore
from ml_constructs.ai_services.review_api import ReviewApi
from ml_constructs.foundation import HandlerDefaults, HandlerFunction, acknowledge
from ml_constructs.foundation.grants import grant_items, grant_messages, grant_objects
from ml_constructs.foundation.metrics import MOMENT, age, depth
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms

KEEP = Duration.days(14)


class HumanReview(Construct):
    """Announces reviews in a queue, and takes decisions by an API.

    The table of reviews is the record; a message of the queue only says that there is something to do.

    Args:
        store: Where reviews and assembled documents lie.
        defaults: What the functions share with others; its key encrypts the queue.
        endpoint: Makes the API private to this endpoint of a network; else it is public, and open to identities of the account.

    See https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        store: DocumentStore,
        defaults: HandlerDefaults,
        endpoint: ec2.IVpcEndpoint | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(self, "Queue", encryption_master_key=store.key, enforce_ssl=True, retention_period=KEEP)
        acknowledge(
            self.queue,
            ["AwsSolutions::AwsSolutions-SQS3", "Serverless::Serverless-SQSRedrivePolicy"],
            "The reviewers' own application consumes it; a message that it drops is no loss, because the table lists what is pending.",
        )
        request, decide = self._request_review(store, defaults), self._decide_review(store, defaults)
        self.functions = {"RequestReview": request, "DecideReview": decide}
        self.api = ReviewApi(self, "Api", function=decide, defaults=defaults, endpoint=endpoint)

    def answer(self, workflow: Workflow) -> None:
        """Lets the functions wake tasks of ``workflow``; the one that asks may find a decision that was not delivered."""
        for function in self.functions.values():
            workflow.grant_answer(function.execution_role)

    def watch(self, alarms: Alarms, *, timeout: Duration) -> None:
        """Adds alarms on reviews that nobody takes up, and on an API that fails.

        Args:
            alarms: Gets the alarms.
            timeout: How long documents wait.
        """
        alarms.watch("ReviewAge", age(self.queue), threshold=timeout.to_seconds() // 2, advice=ADVICE)
        alarms.watch("ReviewApiErrors", self.api.api.metric_server_error(period=MOMENT, statistic="Sum"), threshold=1, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        api = self.api.api
        return {
            "Announced reviews": [depth(self.queue)],
            "Review API": [api.metric_count(), api.metric_client_error(), api.metric_server_error()],
        }

    def _request_review(self, store: DocumentStore, defaults: HandlerDefaults) -> HandlerFunction:
        environment = {
            "RETENTION_DAYS": str(store.retention_days),
            "REVIEWS_TABLE": store.reviews.table_name,
            "REVIEW_QUEUE_URL": self.queue.queue_url,
        }
        function = document_function(self, "RequestReview", defaults=defaults, environment=environment)
        grant_items(store.reviews, function.execution_role, "UpdateItem")
        grant_objects(store.results, function.execution_role, ("GetObject",), prefix="work/")
        grant_messages(self.queue, function.execution_role, "SendMessage")
        return function

    def _decide_review(self, store: DocumentStore, defaults: HandlerDefaults) -> HandlerFunction:
        environment = {"REVIEWS_TABLE": store.reviews.table_name}
        function = document_function(self, "DecideReview", defaults=defaults, environment=environment)
        grant_items(store.reviews, function.execution_role, "GetItem", "UpdateItem")
        grant_items(store.reviews, function.execution_role, "Query", index=BY_STATUS)
        return function
