"""Cleans up after transforms that could not do so themselves."""

from collections.abc import Mapping
from dataclasses import replace

from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.execution_ends import ExecutionEnds
from ml_constructs.foundation.grants import grant_items
from ml_constructs.foundation.metrics import depth
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.transform.transform_advice import ADVICE
from ml_constructs.sagemaker.inference.transform.transform_functions import ending_function
from ml_constructs.sagemaker.inference.transform.transform_jobs import allow_jobs
from ml_constructs.sagemaker.inference.transform.transform_store import TransformStore


class TransformCloser(ExecutionEnds):
    """Stops the jobs of an execution that was stopped, ran out of time or failed, frees its slot, and records its request as failed.

    Args:
        workflow: Whose executions are watched.
        store: The index, what says which transforms run, and the topics.
        failed: Gets the events of requests without a result.
        job: What the function is told of jobs: ``JOB_PREFIX`` and ``TRIES``.
        defaults: What the function shares with others.

    See https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workflow: Workflow,
        store: TransformStore,
        failed: sqs.IQueue,
        job: Mapping[str, str],
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id, key=store.key)
        self.function = ending_function(
            self,
            "CloseTransform",
            store=store,
            failed=failed,
            defaults=replace(defaults, dead_letters=self.dead_letters),
            environment={**job, "RUNS_TABLE": store.runs.table_name},
        )
        role = self.function.execution_role
        allow_jobs(role, job["JOB_PREFIX"], "StopTransformJob")
        grant_items(store.runs, role, "UpdateItem")
        workflow.grant_read(role)
        self.rule = self.deliver(workflow, self.function)

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on ends that could not be handled."""
        alarms.watch("LostEnds", depth(self.dead_letters), threshold=1, advice=ADVICE)
