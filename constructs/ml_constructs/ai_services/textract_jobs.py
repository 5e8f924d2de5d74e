"""Textract's asynchronous jobs: started, waited for, and collected."""

from collections.abc import Sequence

from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.ai_services.document_functions import WRITE_STREAMS, document_function, grant_reading
from ml_constructs.ai_services.document_options import DocumentOptions
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.ai_services.textract_notices import TextractNotices
from ml_constructs.foundation import HandlerDefaults, HandlerFunction, allow_unscoped
from ml_constructs.foundation.grants import grant_items, grant_objects
from ml_constructs.foundation.metrics import depth
from ml_constructs.foundation.queues import consume
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms

UNSCOPED = "Textract defines no resources for its analyses; which documents can be read is limited by permissions of S3."


class TextractJobs(Construct):
    """Starts jobs, wakes the task that waits when Textract announces their end, and fetches what was found.

    Args:
        options: What is looked for; decides which calls of Textract are allowed.
        store: Where job records and results go.
        sources: The buckets that documents may lie in.
        defaults: What the functions share with others.

    See https://docs.aws.amazon.com/textract/latest/dg/api-async.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        options: DocumentOptions,
        store: DocumentStore,
        sources: Sequence[s3.IBucket],
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self._options, self._store, self._defaults = options, store, defaults
        self.notices = TextractNotices(self, "Notices", key=store.key)
        self.functions = {
            "StartTextractJob": self._start(sources),
            "CompleteTextractJob": self._complete(),
            "CollectTextractJob": self._collect(),
        }

    def answer(self, workflow: Workflow) -> None:
        """Lets the functions wake tasks of ``workflow``: a notice may come before the record of its job is complete."""
        for name in ("StartTextractJob", "CompleteTextractJob"):
            workflow.grant_answer(self.functions[name].execution_role)

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on notices that could not be handled."""
        alarms.watch("LostNotices", depth(self.notices.dead_letters), threshold=1, advice=ADVICE)

    def _function(self, name: str, **environment: str) -> HandlerFunction:
        environment = {"JOBS_TABLE": self._store.jobs.table_name, **environment}
        return document_function(self, name, defaults=self._defaults, environment=environment)

    def _start(self, sources: Sequence[s3.IBucket]) -> HandlerFunction:
        function = self._function(
            "StartTextractJob",
            NOTIFICATION_ROLE_ARN=self.notices.role.role_arn,
            NOTIFICATION_TOPIC_ARN=self.notices.topic.topic_arn,
            QUERIES=self._options.questions,
        )
        role = function.execution_role
        if self._options.start_actions:
            allow_unscoped(role, self._options.start_actions, UNSCOPED)
        grant_reading(sources, role)
        grant_items(self._store.jobs, role, "UpdateItem")
        self.notices.grant_handing_over(role)
        return function

    def _complete(self) -> HandlerFunction:
        function = self._function("CompleteTextractJob")
        grant_items(self._store.jobs, function.execution_role, "UpdateItem")
        consume(self.notices.queue, function, max_concurrency=5)
        return function

    def _collect(self) -> HandlerFunction:
        function = self._function("CollectTextractJob", RESULTS_BUCKET=self._store.results.bucket_name)
        if self._options.get_actions:
            allow_unscoped(function.execution_role, self._options.get_actions, UNSCOPED)
        grant_items(self._store.jobs, function.execution_role, "GetItem")
        grant_objects(self._store.results, function.execution_role, WRITE_STREAMS, prefix="work/")
        return function
