from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.knowledge_base_rag import KnowledgeBaseRagStack
from stacks.knowledge_base_rag_settings import KnowledgeBaseRagSettings
from tests import templates
from tests.stacks import asl
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {
    *("AlarmTopicArn", "AnswersUrl", "DashboardName", "DataSourceId", "DocumentsBucketName", "FailedDocumentsQueueUrl"),
    *("GuardrailArn", "KnowledgeBaseId", "SyncQueueUrl", "SyncStateMachineArn"),
}
FURTHER_OUTPUTS = {"minimal": {"StreamUrl"}, "comprehensive": {"StreamUrl", "UserPoolId", "UserPoolClientId"}, "isolated": set()}
STORE_TYPES = {
    "s3": ("AWS::S3Vectors::Index",),
    "opensearch": ("AWS::OpenSearchServerless::Index",),
    "aurora": ("AWS::RDS::DBCluster",),
}
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XyZ"
TENANTS = {"tenancy": {"enabled": True}, "auth": "cognito"}


def sample(name: str) -> Any:
    return templates.sample(f"knowledge-base-rag/{name}").templates["knowledge-base-rag"]


def define(app: cdk.App, name: str = "answers", network: Any = "none", **settings: Any) -> KnowledgeBaseRagStack:
    context, read = DeploymentContext(blueprint="knowledge-base-rag", network=network), KnowledgeBaseRagSettings.model_validate(settings)
    return KnowledgeBaseRagStack(app, name, settings=read, context=context)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_template_means_what_it_meant(name: str, template_snapshot: SnapshotAssertion) -> None:
    assert sample(name) == template_snapshot


@pytest.mark.parametrize("name", SAMPLES)
def test_outputs_name_what_people_and_programs_look_for(name: str) -> None:
    assert set(sample(name)["Outputs"]) == OUTPUTS | FURTHER_OUTPUTS[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_state_machines_are_sound(name: str) -> None:
    (machine,) = asl.machines(sample(name))
    assert asl.unreachable(machine.definition) == set()
    assert asl.careless_tasks(machine.definition) == {}
    assert asl.choices_without_default(machine.definition) == []
    assert asl.unassigned(machine.definition) == set()
    assert asl.broken_expressions(machine.definition) == []
    assert asl.unfilled(machine) == set()
    assert asl.wrong_parameters(machine) == []


def test_the_network_has_the_endpoints_that_the_functions_call() -> None:
    called = {"bedrock-agent", "bedrock-agent-runtime", "bedrock-runtime", "sqs", "states"}
    assert interface_endpoints(sample("minimal")) == called
    assert interface_endpoints(sample("isolated")) == {*called, "execute-api"}
    assert interface_endpoints(sample("comprehensive")) == set()


def test_the_api_is_private_where_the_settings_say_so() -> None:
    kinds = {name: of_type(sample(name), "AWS::ApiGateway::RestApi")[0]["Properties"] for name in SAMPLES}
    assert kinds["isolated"]["EndpointConfiguration"]["Types"] == ["PRIVATE"]
    assert "Policy" in kinds["isolated"]
    assert kinds["minimal"]["EndpointConfiguration"]["Types"] == ["REGIONAL"]


@pytest.mark.parametrize("deployment", ["s3-open", "s3-closed", "opensearch-open", "opensearch-closed", "aurora-closed"])
def test_every_store_is_there_with_and_without_a_network(deployment: str) -> None:
    template = templates.synthesise(templates.STORES).templates[deployment]
    store, _, network = deployment.partition("-")
    assert [kind for kind, (name, *_) in STORE_TYPES.items() if of_type(template, name)] == [store]
    assert bool(of_type(template, "AWS::EC2::VPC")) is (network == "closed")


def test_every_store_keeps_to_the_rules_of_all_packs() -> None:
    reports = templates.synthesise(templates.STORES).report["pluginReports"]
    assert [(found["ruleName"], found["violatingConstructs"]) for report in reports for found in report["violations"]] == []


def test_no_store_is_public() -> None:
    stores = templates.synthesise(templates.STORES).templates
    (network,) = [
        policy["Properties"]
        for policy in of_type(stores["opensearch-open"], "AWS::OpenSearchServerless::SecurityPolicy")
        if policy["Properties"]["Type"] == "network"
    ]
    assert 'AllowFromPublic\\":true' not in str(network)
    assert "bedrock.amazonaws.com" in str(network)
    for instance in of_type(stores["aurora-closed"], "AWS::RDS::DBInstance"):
        assert instance["Properties"]["PubliclyAccessible"] is False


def test_a_database_without_a_network_is_refused(app: cdk.App) -> None:
    with pytest.raises(ValueError, match="placement must be a network"):
        define(app, vector_store="aurora-pgvector")


def test_documents_and_vectors_are_kept_by_default() -> None:
    for name, kinds in {"minimal": ["AWS::S3Vectors::Index"], "isolated": ["AWS::RDS::DBCluster"]}.items():
        stateful = [found for kind in ("AWS::S3::Bucket", "AWS::KMS::Key", *kinds) for found in of_type(sample(name), kind)]
        assert len(stateful) == 4
        assert {found["DeletionPolicy"] for found in stateful} == {"Retain"}


def test_everything_can_go_with_the_deployment_but_the_role_of_api_gateway(app: cdk.App) -> None:
    resources = Template.from_stack(define(app, data_on_removal="destroy", **TENANTS)).to_json()["Resources"]
    kept = {resource["Type"] for resource in resources.values() if resource.get("DeletionPolicy") not in (None, "Delete")}
    assert kept == {"AWS::ApiGateway::Account", "AWS::IAM::Role"}


def test_other_passages_begin_in_another_index(app: cdk.App) -> None:
    define(app, "first")
    define(app, "second", chunking={"strategy": "fixed", "max_tokens": 200})
    assembly = app.synth()
    found = {stack.stack_name: stack.template for stack in assembly.stacks}
    indexes = {
        name: {key for key, value in template["Resources"].items() if value["Type"] == "AWS::S3Vectors::Index"}
        for name, template in found.items()
    }
    assert indexes["first"] != indexes["second"]
    names = [of_type(found[name], "AWS::Bedrock::KnowledgeBase")[0]["Properties"]["Name"].removeprefix(name) for name in found]
    assert names[0] != names[1]


def test_settings_reach_the_functions(app: cdk.App) -> None:
    settings = {"limits": {"question_characters": 300}, "retrieval": {"passages": 9}, "cache": {"hours": 3}, "sessions": {"enabled": False}}
    template = Template.from_stack(define(app, generation={"model": "amazon.nova-pro-v1:0", "application_profile": False}, **settings))
    variables = {"MAX_QUESTION_CHARACTERS": "300", "PASSAGES": "9", "CACHE_HOURS": "3", "MODEL_ID": "amazon.nova-pro-v1:0"}
    expected = {"Environment": {"Variables": Match.object_like({**variables, "SESSIONS_TABLE": Match.absent()})}}
    template.resource_properties_count_is("AWS::Lambda::Function", expected, 2)


def test_users_of_a_pool_that_stands_already_ask_by_the_clients_that_are_named(app: cdk.App) -> None:
    template = Template.from_stack(define(app, **TENANTS, users={"pool_arn": POOL, "client_ids": ("app", "web")}))
    template.resource_count_is("AWS::Cognito::UserPool", 0)
    variables = {"ALLOWED_CLIENTS": '["app", "web"]', "TENANT_CLAIM": "custom:tenant"}
    expected = {"Environment": {"Variables": Match.object_like(variables)}}
    template.resource_properties_count_is("AWS::Lambda::Function", expected, 2)


def test_invocation_logging_is_off_unless_asked_for(app: cdk.App) -> None:
    template = Template.from_stack(define(app, invocation_logging=True))
    logged = [
        kind for kind in {body["Type"] for body in template.to_json()["Resources"].values()} if "Logging" in kind and "Custom" in kind
    ]
    assert len(logged) == 1
    assert of_type(sample("minimal"), logged[0]) == []


def test_with_tenants_only_their_documents_are_taken_in(app: cdk.App) -> None:
    template = Template.from_stack(define(app, **TENANTS))
    configuration = {"S3Configuration": Match.object_like({"InclusionPrefixes": ["tenants/"]})}
    template.has_resource_properties("AWS::Bedrock::DataSource", {"DataSourceConfiguration": Match.object_like(configuration)})


def test_sources_beside_the_bucket_are_looked_through_too(app: cdk.App) -> None:
    sources = ({"type": "s3", "bucket": "policies", "prefix": "published/"}, {"type": "custom"})
    template = Template.from_stack(define(app, sources=sources))
    template.resource_count_is("AWS::Bedrock::DataSource", 3)
    (machine,) = asl.machines(template.to_json())
    taken_in = [name for name in ("Documents", "Source1", "Source2") if f"KnowledgeBase{name}" in str(machine.substitutions)]
    assert taken_in == ["Documents", "Source1"]
