"""The state machine that takes a document from inspection to its result."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.ai_services.analysis_states import definition
from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.ai_services.document_options import DocumentOptions
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.foundation import HandlerDefaults, HandlerFunction, slots
from ml_constructs.foundation.grants import READ, grant_key
from ml_constructs.foundation.metrics import MOMENT, bad_ends
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms


class AnalysisWorkflow(Workflow):
    """Runs a document through ``functions``, as many documents at once as Textract's quotas allow.

    Args:
        functions: By the names of their states; those that the states don't name are left alone.
        options: Which states there are.
        store: Its table of jobs holds the slots of running executions.
        max_concurrency: Documents that are analysed at once; others wait.
        timeout: How long an execution may take, waiting for a slot and for reviews included.
        defaults: The key, and how long logs are kept.

    See https://docs.aws.amazon.com/textract/latest/dg/limits-quotas-explained.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Mapping[str, HandlerFunction],
        options: DocumentOptions,
        store: DocumentStore,
        max_concurrency: int,
        timeout: Duration,
        defaults: HandlerDefaults,
    ) -> None:
        if max_concurrency < 1:
            raise ValueError(f"max_concurrency must be at least 1, got {max_concurrency}")
        states = definition(concurrency=max_concurrency, timeout=timeout, enrich=bool(options.text_features), review=options.review)
        text = json.dumps(states)
        called = {name: function.function_arn for name, function in functions.items() if f"${{{name}}}" in text}
        super().__init__(
            scope, construct_id, definition=states, substitutions={**called, "JobsTable": store.jobs.table_name}, defaults=defaults
        )
        self.role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(called.values())))
        self._jobs = store.jobs
        self._allow_slots(store)

    def watch(self, alarms: Alarms) -> None:
        """Adds alarms on executions that ended badly, and on documents that wait for a slot without end."""
        alarms.watch("FailedExecutions", bad_ends(self.machine), threshold=1, advice=ADVICE)
        alarms.watch("NoFreeSlot", self.metric_waiting(period=MOMENT), threshold=1, periods=12, advice=ADVICE)

    def metric_waiting(self, **options: Any) -> cw.Metric:
        """How often executions asked for a slot in vain."""
        return self._jobs.metric("ConditionalCheckFailedRequests", statistic="Sum", **options)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        machine = self.machine
        return {
            "Executions": [machine.metric_started(), machine.metric_succeeded(), machine.metric_failed(), machine.metric_timed_out()],
            "Duration of executions": [machine.metric_time()],
            "Waiting for a slot": [self.metric_waiting()],
        }

    def _allow_slots(self, store: DocumentStore) -> None:
        only_slots = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [slots.ITEM["pk"]["S"]]}}
        statement = iam.PolicyStatement(actions=["dynamodb:UpdateItem"], resources=[store.jobs.table_arn], conditions=only_slots)
        self.role.add_to_policy(statement)
        grant_key(store.key, self.role, READ, service="dynamodb")
