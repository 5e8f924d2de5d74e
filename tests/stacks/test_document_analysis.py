import json
import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.document_analysis import DocumentAnalysisSettings, DocumentAnalysisStack
from tests import templates
from tests.stacks import asl
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {
    *("AlarmTopicArn", "BulkStateMachineArn", "DashboardName", "DocumentsBucketName", "IndexTableName", "IntakeQueueUrl"),
    *("RejectedQueueUrl", "ResultsBucketName", "StateMachineArn"),
}
REVIEW_OUTPUTS = {"ReviewApiUrl", "ReviewQueueUrl"}
QUERY = {"text": "What is the total?"}


def sample(name: str) -> Any:
    return templates.sample(f"document-analysis/{name}").templates["document-analysis"]


def define(app: cdk.App, name: str = "documents", network: Any = "none", **settings: Any) -> DocumentAnalysisStack:
    context = DeploymentContext(blueprint="document-analysis", network=network)
    return DocumentAnalysisStack(app, name, settings=DocumentAnalysisSettings(**settings), context=context)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_template_means_what_it_meant(name: str, template_snapshot: SnapshotAssertion) -> None:
    assert sample(name) == template_snapshot


@pytest.mark.parametrize("name", SAMPLES)
def test_outputs_name_what_people_and_programs_look_for(name: str) -> None:
    assert set(sample(name)["Outputs"]) == OUTPUTS | (REVIEW_OUTPUTS if name != "minimal" else set())


@pytest.mark.parametrize("name", SAMPLES)
def test_state_machines_are_sound(name: str) -> None:
    machines = list(asl.machines(sample(name)))
    assert len(machines) == 2
    for machine in machines:
        assert asl.unreachable(machine.definition) == set()
        assert asl.careless_tasks(machine.definition) == {}
        assert asl.choices_without_default(machine.definition) == []
        assert asl.unassigned(machine.definition) == set()
        assert asl.broken_expressions(machine.definition) == []
        assert asl.unfilled(machine) == set()
        assert asl.wrong_parameters(machine) == []


def test_the_network_has_the_endpoints_that_the_functions_call() -> None:
    assert interface_endpoints(sample("minimal")) == {"comprehend", "sqs", "states", "textract"}
    assert interface_endpoints(sample("isolated")) == {"comprehend", "execute-api", "sqs", "states", "textract"}
    assert interface_endpoints(sample("comprehensive")) == set()


def test_in_a_network_of_its_own_people_review_through_a_private_api() -> None:
    (isolated,) = of_type(sample("isolated"), "AWS::ApiGateway::RestApi")
    (open_,) = of_type(sample("comprehensive"), "AWS::ApiGateway::RestApi")
    assert isolated["Properties"]["EndpointConfiguration"]["Types"] == ["PRIVATE"]
    assert open_["Properties"]["EndpointConfiguration"]["Types"] == ["REGIONAL"]


def test_there_are_alarms_for_what_matters() -> None:
    def names(name: str) -> set[str]:
        found = [key for key, resource in sample(name)["Resources"].items() if resource["Type"] == "AWS::CloudWatch::Alarm"]
        return {re.sub(r"^Alarms|[0-9A-F]{8}$", "", key) for key in found}

    always = {"FailedBulkRuns", "FailedExecutions", "IntakeAge", "LostEnds", "LostNotices", "NoFreeSlot", "PagesPerDay"}
    always |= {"RejectedDocuments", "TextractThrottled", "UndeliveredEvents"}
    assert names("minimal") == always
    assert names("comprehensive") == always | {"ReviewAge", "ReviewApiErrors"}


def test_documents_of_existing_buckets_are_read_with_their_keys(app: cdk.App) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    template = Template.from_stack(define(app, existing_buckets=({"name": "scans", "key_arn": key},)))
    reading = Match.object_like({"Action": "kms:Decrypt", "Resource": Match.array_with([key])})
    template.resource_properties_count_is("AWS::IAM::Policy", {"PolicyDocument": {"Statement": Match.array_with([reading])}}, 3)


def test_settings_reach_the_functions_and_the_workflow(app: cdk.App) -> None:
    settings = {"max_pages": 9, "max_megabytes": 3, "retention_days": 30, "max_concurrent_documents": 4, "execution_timeout_hours": 50}
    template = Template.from_stack(define(app, features=("expense",), language="es", **settings))
    for variables in ({"MAX_PAGES": "9", "MAX_BYTES": "3000000", "FEATURES": '["expense"]'}, {"RETENTION_DAYS": "30"}, {"LANGUAGE": "es"}):
        expected = {"Environment": {"Variables": Match.object_like(variables)}}
        template.has_resource_properties("AWS::Lambda::Function", expected)
    machine = next(machine for machine in asl.machines(template.to_json()) if "AcquireSlot" in machine.definition["States"])
    assert machine.definition["TimeoutSeconds"] == 50 * 3600
    assert '{"N": "4"}' in json.dumps(machine.definition)


def test_intermediate_results_outlive_the_longest_execution(app: cdk.App) -> None:
    template = Template.from_stack(define(app, execution_timeout_hours=50, retention_days=0))
    rule = Match.object_like({"Prefix": "work/", "ExpirationInDays": 3 + 7})
    template.has_resource_properties("AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": Match.array_with([rule])}})


def test_everything_can_go_with_the_deployment_but_the_role_of_api_gateway(app: cdk.App) -> None:
    resources = Template.from_stack(define(app, data_on_removal="destroy", review={"enabled": True})).to_json()["Resources"]
    kept = {resource["Type"] for resource in resources.values() if resource.get("DeletionPolicy") not in (None, "Delete")}
    assert kept == {"AWS::ApiGateway::Account", "AWS::IAM::Role"}


def test_documents_and_what_is_known_of_them_are_kept_by_default() -> None:
    resources = sample("minimal")["Resources"].values()
    stateful = [found for found in resources if found["Type"] in ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key")]
    assert len(stateful) == 8
    assert {found["DeletionPolicy"] for found in stateful} == {"Retain"}
