"""What the tests of the AI services share: all constructs of document analysis in one stack, defined once and looked at by many."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from ml_constructs.ai_services.analysis_steps import AnalysisSteps
from ml_constructs.ai_services.analysis_workflow import AnalysisWorkflow
from ml_constructs.ai_services.bulk_run import BulkRun
from ml_constructs.ai_services.document_intake import DocumentIntake
from ml_constructs.ai_services.document_options import FEATURES, TEXT_FEATURES, DocumentOptions, Query, Review
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.ai_services.execution_closer import ExecutionCloser
from ml_constructs.ai_services.human_review import HumanReview
from ml_constructs.ai_services.textract_jobs import TextractJobs
from ml_constructs.foundation import AccessLogBucket, DataKey, HandlerDefaults
from ml_constructs.operations import Alarms

EVERYTHING = DocumentOptions(
    features=FEATURES,
    queries=(Query(text="What is the total?", alias="total", pages=("1-*",)), Query(text="Who signed?")),
    text_features=TEXT_FEATURES,
    review=Review(confidence_percent=80, timeout_hours=4, on_timeout="accept"),
)
TEXT = DocumentOptions(features=("text",))


@dataclass
class Scene:
    """The constructs of document analysis in a stack of their own."""

    stack: cdk.Stack
    options: DocumentOptions

    def __post_init__(self) -> None:
        self.key = DataKey(self.stack, "Key")
        self.defaults = HandlerDefaults(key=self.key)
        logs = AccessLogBucket(self.stack, "AccessLogs", retention=cdk.Duration.days(90))
        self.store = DocumentStore(self.stack, "Store", key=self.key, access_logs=logs, work_retention=cdk.Duration.days(8))
        self.existing = s3.Bucket.from_bucket_name(self.stack, "Existing", "scans")
        self.intake = DocumentIntake(self.stack, "Intake", bucket=self.store.documents, key=self.key)
        shared: dict[str, Any] = {"options": self.options, "store": self.store, "defaults": self.defaults}
        sources = [self.store.documents, self.existing]
        self.jobs = TextractJobs(self.stack, "Jobs", sources=sources, **shared)
        self.steps = AnalysisSteps(self.stack, "Steps", sources=sources, rejected=self.intake.rejected, **shared)
        self.review = HumanReview(self.stack, "Review", store=self.store, defaults=self.defaults)
        self.workflow = AnalysisWorkflow(
            self.stack,
            "Workflow",
            functions={**self.steps.functions, **self.jobs.functions, **self.review.functions},
            max_concurrency=7,
            timeout=cdk.Duration.hours(9),
            **shared,
        )
        self.closer = ExecutionCloser(self.stack, "Closer", workflow=self.workflow, rejected=self.intake.rejected, **shared)
        self.bulk = BulkRun(
            self.stack, "Bulk", sources=sources, queue=self.intake.queue, results=self.store.results, defaults=self.defaults
        )
        self.start = self.intake.start(self.workflow.machine, defaults=self.defaults)
        self.jobs.answer(self.workflow)
        self.review.answer(self.workflow)
        self.alarms = Alarms(self.stack, "Alarms", key=self.key)
        self.steps.watch(self.alarms, pages_per_day=100)
        self.review.watch(self.alarms, timeout=cdk.Duration.hours(4))
        for part in (self.intake, self.workflow, self.jobs, self.closer, self.bulk):
            part.watch(self.alarms)

    @cached_property
    def template(self) -> Template:
        return Template.from_stack(self.stack)

    @cached_property
    def resources(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.template.to_json()["Resources"]
        return found

    def properties(self, construct: Any) -> dict[str, Any]:
        """The properties of the resource of a construct."""
        found: dict[str, Any] = self.resources[self.logical_id(construct)]["Properties"]
        return found

    def logical_id(self, construct: Any) -> str:
        element = construct if isinstance(construct, cdk.CfnElement) else construct.node.default_child
        found: str = self.stack.resolve(element.logical_id)
        return found

    def statements(self, role: Any) -> list[dict[str, Any]]:
        """What a role may do in its own policy, beside what every function may."""
        policies = [resource["Properties"] for resource in self.resources.values() if resource["Type"] == "AWS::IAM::Policy"]
        return [
            statement
            for policy in policies
            if {"Ref": self.logical_id(role)} in policy["Roles"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]

    def actions(self, role: Any) -> set[str]:
        """The actions of a role, without those of the key."""
        actions = (statement["Action"] for statement in self.statements(role))
        return {action for found in actions for action in ([found] if isinstance(found, str) else found) if not action.startswith("kms:")}

    def environment(self, function: Any) -> dict[str, Any]:
        """What a function is told, without what all are."""
        variables = self.properties(function)["Environment"]["Variables"]
        return {name: value for name, value in variables.items() if not name.startswith("POWERTOOLS")}

    def alarm(self, name: str) -> dict[str, Any]:
        """The properties of an alarm."""
        return self.properties(next(alarm for alarm in self.alarms.alarms if alarm.node.id == name))


NewScene = Callable[[DocumentOptions], Scene]


@pytest.fixture(scope="session")
def new_scene(tmp_path_factory: pytest.TempPathFactory, feature_flags: Mapping[str, Any]) -> NewScene:
    context = {**feature_flags, "@aws-cdk/core:failSynthOnValidationErrors": False}

    def make(options: DocumentOptions) -> Scene:
        app = cdk.App(outdir=str(tmp_path_factory.mktemp("cdk.out")), context=context, analytics_reporting=False)
        return Scene(cdk.Stack(app, "Stack"), options)

    return make


@pytest.fixture(scope="session")
def scene(new_scene: NewScene) -> Scene:
    """Everything that document analysis has."""
    return new_scene(EVERYTHING)


@pytest.fixture(scope="session")
def plain(new_scene: NewScene) -> Scene:
    """Text only: no fields, no Comprehend, no reviews."""
    return new_scene(TEXT)
