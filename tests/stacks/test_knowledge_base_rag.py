import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from pydantic import ValidationError
from syrupy.assertion import SnapshotAssertion

from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.knowledge_base_rag import KnowledgeBaseRagSettings, KnowledgeBaseRagStack
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
OPENSEARCH = {"vector_store": "opensearch-serverless"}
PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0"
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XyZ"
TENANTS = {"tenancy": {"enabled": True}, "auth": "cognito"}


def read(**settings: Any) -> KnowledgeBaseRagSettings:
    return KnowledgeBaseRagSettings.model_validate(settings)


def conflicts(compliance: str = "baseline", network: Any = "own", **settings: Any) -> dict[str, str]:
    found = read(**settings).conflicts(compliance=compliance, network=network)
    return {".".join(location): message for location, message in found}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vector_store": "kendra"}, "'s3-vectors', 'opensearch-serverless' or 'aurora-pgvector'"),
        ({"retrieval": {"search": "hybrid"}}, "retrieval.search must be semantic when vector_store is s3-vectors, got hybrid"),
        (
            {"retrieval": {"passages": 30, "rerank": {"candidates": 20}}},
            "retrieval.rerank.candidates must be at least retrieval.passages, 30, got 20",
        ),
        (
            {"parsing": {"strategy": "foundation-model"}},
            "parsing.model must be given with strategy foundation-model and only then, got None",
        ),
        ({"parsing": {"model": "amazon.nova-pro-v1:0"}}, "and only then, got amazon.nova-pro-v1:0 with default"),
        ({"aurora": {"min_capacity_units": 8}}, "aurora.max_capacity_units must be at least min_capacity_units, 8.0, got 4"),
        (
            {"tenancy": {"enabled": True}},
            "auth must be cognito when tenancy.enabled is true, because only its tokens name a tenant, got iam",
        ),
        (
            {**TENANTS, **OPENSEARCH, "sources": ({"type": "web", "urls": ("https://example.com",)},)},
            "sources must be of type s3 or custom when tenancy.enabled is true, because others belong to no tenant, got web",
        ),
        (
            {**TENANTS, "users": {"pool_arn": POOL}},
            "users.client_ids must name a client at least when tenancy.enabled is true and users.pool_arn is given, because",
        ),
        ({**TENANTS, "users": {"client_ids": ("app",)}}, "users.client_ids must be left out unless users.pool_arn is given"),
        ({"users": {"pool_arn": POOL, "client_ids": ("app", "web")}}, "and auth is cognito, because only tokens of a pool"),
        ({"parsing": {"prompt": "Read."}}, "parsing.prompt must be left out unless parsing.strategy is foundation-model, got default"),
        ({"generation": {"model": PROFILE}}, f"generation.model must be an id when generation.application_profile is true, got {PROFILE}"),
        (
            {"opensearch": {"scale_to_zero": True, "max_capacity_units": 3}},
            "max_capacity_units must be 1, 2, 4, 8, 16 or a multiple of 16, got 3",
        ),
        (
            {"opensearch": {"scale_to_zero": True, "standby_replicas": False}},
            "opensearch.standby_replicas must be true when opensearch.scale_to_zero is true, got false",
        ),
        ({"limits": {"question_characters": 1001}}, "max_question_characters must be at most 1000 with contextual grounding"),
        ({"modell": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


def test_the_defaults_conflict_with_nothing() -> None:
    for compliance in ("baseline", "hipaa", "pci", "gdpr", "fedramp"):
        assert conflicts(compliance) == {}


def test_a_profile_that_takes_text_to_other_regions_has_to_be_allowed() -> None:
    told = conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"})
    assert told == {
        "generation.model": "eu.amazon.nova-pro-v1:0 takes text to other regions; allowed: with data_may_move_to eu, got none",
    }
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="us") != {}
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="eu") == {}
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="global") == {}
    assert conflicts(generation={"model": "global.anthropic.claude-haiku-4-5-20251001-v1:0"}, data_may_move_to="eu") != {}


def test_the_arn_of_a_profile_takes_text_elsewhere_as_its_id_does() -> None:
    parsing = {"strategy": "foundation-model", "model": PROFILE}
    assert conflicts(parsing=parsing)["parsing.model"].startswith(f"{PROFILE} takes text to other regions")
    assert conflicts(parsing=parsing, data_may_move_to="eu") == {}


def test_data_automation_takes_documents_to_other_regions_and_has_to_be_allowed() -> None:
    told = conflicts(parsing={"strategy": "data-automation"})
    assert list(told) == ["parsing.strategy"]
    assert told["parsing.strategy"].endswith("allowed: with data_may_move_to the geography of the region, got none")
    assert conflicts(parsing={"strategy": "data-automation"}, data_may_move_to="eu") == {}


def test_longer_questions_are_taken_where_answers_are_not_compared_with_them() -> None:
    unchecked = {"grounding": None, "relevance": None}
    assert read(limits={"question_characters": 20_000}, guardrail=unchecked).options.max_question_characters == 20_000


def test_a_guardrail_that_works_across_regions_has_to_be_allowed() -> None:
    with pytest.raises(ValidationError, match=r"data_may_move_to must be one of us, eu, apac, us-gov when guardrail.tier is STANDARD"):
        read(guardrail={"tier": "STANDARD"})
    assert conflicts(guardrail={"tier": "STANDARD"}, data_may_move_to="eu") == {}


def test_a_compliance_profile_refuses_models_whose_data_policy_is_not_known() -> None:
    unknown = {"generation": {"model": "example.new-model-v1:0"}}
    assert conflicts(**unknown) == {}
    assert "compliance hipaa demands it" in conflicts("hipaa", **unknown)["generation.model"]
    assert set(conflicts("gdpr", retrieval={"rerank": {"model": "example.rerank-v9:0"}})) == {"retrieval.rerank.model"}


def test_a_database_needs_a_network() -> None:
    told = conflicts(network="none", vector_store="aurora-pgvector")
    assert told == {"vector_store": "aurora-pgvector is not allowed without a network; allowed: s3-vectors, opensearch-serverless"}
    assert conflicts(network="foundation", vector_store="aurora-pgvector") == {}


@pytest.mark.parametrize("network", ["none", "foundation"])
def test_a_private_api_needs_a_network_of_its_own(network: str) -> None:
    assert conflicts(network=network, api="private") == {"api": "private is not allowed unless network is own; allowed: regional"}
    assert conflicts(network="own", api="private") == {}


def sample(name: str) -> Any:
    return templates.sample(f"knowledge-base-rag/{name}").templates["knowledge-base-rag"]


def define(app: cdk.App, name: str = "answers", network: Any = "none", **settings: Any) -> KnowledgeBaseRagStack:
    context = DeploymentContext(blueprint="knowledge-base-rag", network=network)
    return KnowledgeBaseRagStack(app, name, settings=read(**settings), context=context)


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


def test_without_tenants_users_of_all_clients_of_a_pool_may_ask() -> None:
    assert read(auth="cognito", users={"pool_arn": POOL}).options.allowed_clients == ()


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
