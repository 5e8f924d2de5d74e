"""A state machine that has a model work through data."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction, slots
from ml_constructs.foundation.grants import READ, grant_key, grant_listing
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.sagemaker.inference.endpoints.volume_key import grant_volumes, volume_key
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.inference.transform.transform_closer import TransformCloser
from ml_constructs.sagemaker.inference.transform.transform_fit import check_model
from ml_constructs.sagemaker.inference.transform.transform_functions import MARGIN_SECONDS, TIMEOUT_SECONDS, ending_function
from ml_constructs.sagemaker.inference.transform.transform_jobs import allow_jobs, allow_run
from ml_constructs.sagemaker.inference.transform.transform_names import job_prefix
from ml_constructs.sagemaker.inference.transform.transform_options import TransformOptions
from ml_constructs.sagemaker.inference.transform.transform_places import TransformPlaces
from ml_constructs.sagemaker.inference.transform.transform_request import job_request
from ml_constructs.sagemaker.inference.transform.transform_states import TABLE, definition
from ml_constructs.sagemaker.inference.transform.transform_store import TransformStore

REPORT = "ReportTransform"


class BatchTransform(Construct):
    """Has a model work through the objects of a plan in a transform job, and tells what came of it.

    An execution waits for its turn, runs one job, or another one where SageMaker itself was at fault, and stops what runs too long.

    Args:
        model: Does the work; its role is given what jobs need.
        store: The index, what says which transforms run, and the topics.
        places: Where data and results are.
        options: How data is transformed, and on which instances.
        failed: Gets the events of requests without a result.
        defaults: The key, what functions share with others, and how long logs are kept.
        tags: Of the jobs.

    Raises:
        ValueError: A model or an instance type that batch transform doesn't take.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model: Model,
        store: TransformStore,
        places: TransformPlaces,
        options: TransformOptions,
        failed: sqs.IQueue,
        defaults: HandlerDefaults,
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        check_model(model, options.runs, region=Stack.of(self).region)
        self.model, self.options, self.job_prefix = model, options, job_prefix(self)
        self.volume_key: kms.IKey | None = volume_key(store.key, [options.runs.instance_type])
        self._allow_model(places)
        told = {"JOB_PREFIX": self.job_prefix, "TRIES": str(options.runs.tries)}
        self.report = self._report(store, failed, defaults, told)
        request = job_request(options, volume_encrypted=self.volume_key is not None, tags=tags)
        self.workflow = self._workflow(request, store, defaults)
        self.workflow.machine.node.add_dependency(model.role)
        self.closer = TransformCloser(self, "Closer", workflow=self.workflow, store=store, failed=failed, job=told, defaults=defaults)

    def _allow_model(self, places: TransformPlaces) -> None:
        places.grant(self.model.role)
        if self.volume_key is not None:
            grant_volumes(self.volume_key, self.model.role)

    def _report(self, store: TransformStore, failed: sqs.IQueue, defaults: HandlerDefaults, told: Mapping[str, str]) -> HandlerFunction:
        environment = {**told, "JOB_SECONDS": str(self.options.runs.job_seconds)}
        function = ending_function(self, REPORT, store=store, failed=failed, defaults=defaults, environment=environment)
        allow_jobs(function.execution_role, self.job_prefix, "DescribeTransformJob", "StopTransformJob")
        grant_listing(store.results, function.execution_role, "ListBucket")
        return function

    def _workflow(self, request: Mapping[str, Any], store: TransformStore, defaults: HandlerDefaults) -> Workflow:
        runs = self.options.runs
        states = definition(
            request,
            concurrency=runs.max_concurrent,
            job_seconds=runs.job_seconds,
            execution_seconds=runs.execution_seconds,
            report_seconds=TIMEOUT_SECONDS[REPORT] + MARGIN_SECONDS,
        )
        substitutions = {
            "JobPrefix": self.job_prefix,
            "ModelName": self.model.model_name,
            REPORT: self.report.function_arn,
            TABLE: store.runs.table_name,
            "Key": store.key.key_arn,
        }
        workflow = Workflow(self, "Workflow", definition=states, substitutions=substitutions, defaults=defaults)
        allow_run(workflow.role, self.job_prefix)
        workflow.role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self.report.function_arn]))
        only_slots = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [slots.ITEM["pk"]["S"]]}}
        workflow.role.add_to_policy(
            iam.PolicyStatement(actions=["dynamodb:UpdateItem"], resources=[store.runs.table_arn], conditions=only_slots)
        )
        grant_key(store.runs.encryption_key, workflow.role, READ, service="dynamodb")
        return workflow
