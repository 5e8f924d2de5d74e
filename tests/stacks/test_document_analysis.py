import json
import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from pydantic import ValidationError
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


def test_without_comprehend_its_endpoint_is_left_out() -> None:
    assert DocumentAnalysisSettings(text_features=()).required_endpoints == ("sqs", "states", "textract")


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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"features": ()}, "features"),
        ({"features": ("faces",)}, "'text', 'forms', 'tables'"),
        ({"features": ("text", "text")}, "features must name each entry once, got text more than once"),
        ({"text_features": ("pii", "pii")}, "text_features must name each entry once, got pii more than once"),
        ({"existing_buckets": ({"name": "scans"}, {"name": "scans"})}, "existing_buckets must name each entry once, got scans"),
        ({"features": ("queries",)}, "queries must have from 1 to 15 entries when features has 'queries', got none"),
        ({"queries": (QUERY,)}, "queries must be left out unless features has 'queries', got 1 of them"),
        ({"features": ("queries",), "queries": (QUERY,) * 16}, "at most 15"),
        ({"features": ("queries",), "queries": ({"text": "Wie hoch ist die Gebühr?"},)}, "pattern"),
        ({"features": ("queries",), "queries": ({**QUERY, "pages": ("0",)},)}, "pattern"),
        ({"language": "de"}, "language must be one of auto, en, es when text_features has 'pii', got de"),
        ({"language": "xx"}, "'auto', 'en'"),
        ({"max_pages": 3001}, "less than or equal to 3000"),
        ({"max_megabytes": 501}, "less than or equal to 500"),
        ({"max_concurrent_documents": 0}, "greater than or equal to 1"),
        ({"execution_timeout_hours": 2}, "greater than or equal to 3"),
        (
            {"review": {"enabled": True, "timeout_hours": 167}},
            "execution_timeout_hours must be at least 169, 2 more than review.timeout_hours, got 168 with review.timeout_hours 167",
        ),
        ({"retention_days": 6}, "retention_days must be 0, or as long as execution_timeout_hours at least, got 6 with"),
        ({"review": {"confidence_percent": 0}}, "greater than 0"),
        ({"review": {"on_timeout": "ignore"}}, "'accept', 'reject' or 'fail'"),
        ({"existing_buckets": ({"name": "scans", "key_arn": "alias/mine"},)}, "pattern"),
        ({"alarms": {"pages_per_day": 0}}, "greater than or equal to 1"),
        ({"featurs": ("text",)}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        DocumentAnalysisSettings(**settings)


def test_a_language_without_personal_data_may_be_any() -> None:
    assert DocumentAnalysisSettings(language="de", text_features=("entities",)).options.language == "de"


def test_settings_become_options() -> None:
    options = DocumentAnalysisSettings(
        features=("text", "queries"),
        queries=({**QUERY, "pages": ("1", "2-*")},),
        max_megabytes=2,
        review={"enabled": True, "confidence_percent": 70, "timeout_hours": 5, "on_timeout": "fail"},
    ).options
    assert (options.queries[0].text, options.queries[0].pages) == ("What is the total?", ("1", "2-*"))
    assert options.max_bytes == 2_000_000
    assert options.review is not None
    assert (options.review.confidence_percent, options.review.timeout_hours, options.review.on_timeout) == (70, 5, "fail")
    assert DocumentAnalysisSettings().options.review is None
