"""From the end of an inference to its row in the index, also where nobody tells of it."""

from dataclasses import replace

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import grant_items, grant_messages
from ml_constructs.foundation.metrics import MOMENT, counted, depth
from ml_constructs.foundation.queues import consume, let_deliver
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.asynchronous.async_advice import ADVICE
from ml_constructs.sagemaker.inference.asynchronous.async_functions import async_function
from ml_constructs.sagemaker.inference.asynchronous.async_notices import InferenceNotices
from ml_constructs.sagemaker.inference.asynchronous.async_options import AsyncRequests
from ml_constructs.sagemaker.inference.asynchronous.async_store import BY_STATUS, InferenceStore

CONCURRENCY = 5
EVERY = "rate(15 minutes)"
RECORD, SWEEP = "RecordInference", "SweepInferences"


class InferenceOutcomes(Construct):
    """Records each end that SageMaker tells of, and gives up, every quarter of an hour, what it will tell no more of.

    Args:
        notices: What SageMaker tells.
        store: The index.
        requests: How long is waited.
        failed: Gets the events of inputs without an answer, raised to the next attempt.
        defaults: What the functions share with others.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        notices: InferenceNotices,
        store: InferenceStore,
        requests: AsyncRequests,
        failed: sqs.IQueue,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self._store, self._failed, self.notices = store, failed, notices
        self.record = self._function(RECORD, defaults)
        consume(notices.queue, self.record, max_concurrency=CONCURRENCY)
        waiting = {"ANSWER_SECONDS": str(requests.answer_seconds)}
        self.sweep = self._function(SWEEP, replace(defaults, dead_letters=notices.dead_letters), **waiting)
        grant_items(store.index, self.sweep.execution_role, "Query", index=BY_STATUS)
        self.rule = self._schedule(self.sweep)

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on notices that could not be handled."""
        alarms.watch("LostNotices", depth(self.notices.dead_letters), threshold=1, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        recorded = ("InferencesSucceeded", "InferencesFailed", "RepeatedNotices", "UnknownNotices")
        ends: list[cw.IMetric] = [counted(self, name, by="record_inference", period=MOMENT) for name in recorded]
        lost = counted(self, "InferencesLost", by="sweep_inferences", period=MOMENT)
        return {"Ends of inferences": [*ends, lost], "Notices": [depth(self.notices.queue), depth(self.notices.dead_letters)]}

    def _function(self, name: str, defaults: HandlerDefaults, **environment: str) -> HandlerFunction:
        """A function that writes to the index and tells of inputs without an answer."""
        places = {"FAILED_QUEUE_URL": self._failed.queue_url, "INFERENCES_TABLE": self._store.index.table_name}
        function = async_function(self, name, defaults=defaults, environment={**places, **environment})
        grant_items(self._store.index, function.execution_role, "UpdateItem")
        grant_messages(self._failed, function.execution_role, "SendMessage")
        return function

    def _schedule(self, function: HandlerFunction) -> events.CfnRule:
        undelivered = events.CfnRule.DeadLetterConfigProperty(arn=self.notices.dead_letters.queue_arn)
        target = events.CfnRule.TargetProperty(id=SWEEP, arn=function.function_arn, dead_letter_config=undelivered)
        rule = events.CfnRule(self, "Schedule", schedule_expression=EVERY, targets=[target])
        function.add_permission("Rule", principal=iam.ServicePrincipal("events.amazonaws.com"), source_arn=rule.attr_arn)
        let_deliver(rule, self.notices.dead_letters)
        return rule
