"""The permissions of the blueprints suffice for what is called under them, and nothing can be taken away from them."""

import copy
import functools
from collections.abc import Iterator
from typing import Any

import pytest

from blueprints.checks.deployed import ACCOUNT, Account, Resource, listed
from blueprints.checks.endpoints import endpoints_called, endpoints_defined, stopped_at_endpoints
from blueprints.checks.grants import Grant
from blueprints.checks.handlers.calls import api_calls
from blueprints.checks.iam_actions import is_known, takes_resource
from blueprints.checks.needs.everything import all_needs
from blueprints.checks.needs.facts import Facts
from blueprints.checks.permissions import Need, Policies
from blueprints.checks.targets import UNKNOWN
from stacks.async_inference import AsyncInferenceSettings
from stacks.batch_transform_settings import BatchTransformSettings
from stacks.document_analysis import DocumentAnalysisSettings
from stacks.knowledge_base_rag_settings import KnowledgeBaseRagSettings
from stacks.llm_inference import LlmInferenceSettings
from stacks.multi_model_inference_settings import MultiModelInferenceSettings
from stacks.real_time_inference_settings import RealTimeInferenceSettings
from stacks.serverless_inference_settings import ServerlessInferenceSettings
from tests import batch_transform_facts, inference_facts, knowledge_base_facts, templates

CASES = {**templates.SAMPLES, "destroyed": templates.DESTROYED, "plain text": templates.PLAIN_TEXT}
GATEWAYS = {"s3", "dynamodb"}
# API Gateway tells that it refuses a role without this policy of AWS's own.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
GIVEN_BY_AWS = "AmazonAPIGatewayPushToCloudWatchLogs[0]"
# AWS's own pages write these with a wildcard, for variants of one operation.
WILDCARDS = {"kms:*", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:Encrypt*", "kms:Decrypt*", "kms:Describe*"}
# Lambda assumes roles for functions of its own account only; API Gateway has one role an account.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
SENDING_NO_ACCOUNT = {"lambda.amazonaws.com", "apigateway.amazonaws.com"}
FEATURES = {
    "AnalyzeExpense": {"expense"},
    "ExpenseAnalysis": {"expense"},
    "AnalyzeID": {"identity"},
    "LendingAnalysis": {"lending"},
    "AnalyzeDocument": {"forms", "tables", "queries", "layout", "signatures"},
    "DocumentAnalysis": {"forms", "tables", "queries", "layout", "signatures"},
}
TEXT_FEATURES = {"DetectEntities": "entities", "DetectKeyPhrases": "key_phrases", "DetectPiiEntities": "pii"}


@functools.cache
def deployed(case: str) -> tuple[Account, Policies, list[Need]]:
    synthesised = templates.sample(case) if case in templates.SAMPLES else templates.synthesise(CASES[case], rules=False)
    account = Account(synthesised.templates, synthesised.collection.settings.region or "us-east-1")
    settings = [deployment.settings for deployment in synthesised.collection.deployments]
    facts = next((FACTS[type(found)](account, found) for found in settings if type(found) in FACTS), Facts())
    return account, Policies(account), all_needs(account, templates.HANDLERS, facts)


def facts_of(account: Account, settings: DocumentAnalysisSettings) -> Facts:
    """What the settings and the events of document analysis decide."""
    named, also = told_by_events(account, settings), told_by_settings(account, settings)
    return Facts(named=named, also=also, unused=frozenset(unused(settings)))


FACTS: dict[type, Any] = {
    AsyncInferenceSettings: inference_facts.facts_of,
    BatchTransformSettings: batch_transform_facts.facts_of,
    DocumentAnalysisSettings: facts_of,
    KnowledgeBaseRagSettings: knowledge_base_facts.facts_of,
    LlmInferenceSettings: inference_facts.facts_of,
    MultiModelInferenceSettings: inference_facts.facts_of,
    RealTimeInferenceSettings: inference_facts.facts_of,
    ServerlessInferenceSettings: inference_facts.facts_of,
}


def bucket_of(account: Account, name: str) -> Resource:
    (found,) = (bucket for bucket in account.of_type("AWS::S3::Bucket") if bucket.logical_id.startswith(f"Store{name}"))
    return found


def told_by_events(account: Account, settings: DocumentAnalysisSettings) -> dict[tuple[str, str], list[str]]:
    """What the state machine and EventBridge tell the functions of document analysis."""
    results = bucket_of(account, "Results").arn
    sources = [bucket_of(account, "Documents").arn, *(f"arn:aws:s3:::{bucket.name}" for bucket in settings.existing_buckets)]
    documents = [f"{source}/example" for source in sources]
    work = [f"{results}/work/example"]
    kept = [f"{results}/{prefix}/example" for prefix in ("redacted", "results", "text")]
    return {
        ("inspect_document", "s3:GetObject"): [*documents, f"{results}/results/example"],
        ("inspect_document", "s3:GetObjectVersion"): documents,
        ("analyze_image", "textract:Read"): documents,
        ("start_textract_job", "textract:Read"): documents,
        ("assemble_document", "s3:GetObject"): work,
        ("request_review", "s3:GetObject"): work,
        ("store_result", "s3:GetObject"): [*work, *kept],
        ("QueueObjects", "s3:ListBucket"): sources,
        ("close_execution", "states:DescribeExecution"): [
            f"{machine.arn.replace(':stateMachine:', ':execution:')}:example"
            for machine in account.of_type("AWS::StepFunctions::StateMachine")
            if machine.logical_id.startswith("Workflow")
        ],
    }


def told_by_settings(account: Account, settings: DocumentAnalysisSettings) -> dict[tuple[str, str], list[str]]:
    """Listing tells a missing object from a lacking permission; keys of buckets that exist already are named by the settings."""
    sources = [bucket_of(account, "Documents").arn, *(f"arn:aws:s3:::{bucket.name}" for bucket in settings.existing_buckets)]
    keys = [bucket.key_arn for bucket in settings.existing_buckets if bucket.key_arn]
    return {
        ("inspect_document", "s3:ListBucket"): [*sources, bucket_of(account, "Results").arn],
        ("inspect_document", "s3:ListBucketVersions"): sources,
        **{(package, "kms:Decrypt"): keys for package in ("inspect_document", "analyze_image", "start_textract_job")},
    }


def unused(settings: DocumentAnalysisSettings) -> Iterator[str]:
    """The calls of Textract and Comprehend that the settings leave out."""
    features = set(settings.features)
    document = bool(features & FEATURES["AnalyzeDocument"])
    for name, wanted in {**FEATURES, "DetectDocumentText": set(), "DocumentTextDetection": set()}.items():
        if not (features & wanted if wanted else "text" in features and not document):
            yield from (f"textract:{prefix}{name}" for prefix in ("", "Start", "Get"))
    yield from (f"comprehend:{action}" for action, feature in TEXT_FEATURES.items() if feature not in settings.text_features)
    if settings.language != "auto" or not settings.text_features:
        yield "comprehend:DetectDominantLanguage"


def is_allowed_more_widely(policies: Policies, name: str) -> bool:
    """Whether what could be taken away is the use of a key by way of one service, where the same role may use that key by way of any.

    Bedrock uses the key of a knowledge base itself. What it does by S3, S3 Vectors and Secrets Manager is allowed for keys of their own,
    which here are the same.
    """
    place, _, resource = name.partition(" Resource ")
    for grants in policies.of_roles.values():
        for grant in grants:
            if grant.place != place:
                continue
            actions, keys = set(listed(grant.statement["Action"])), {resource} if resource else set(listed(grant.statement["Resource"]))
            by_way = list(grant.statement.get("Condition", {}).get("StringEquals", {})) == ["kms:ViaService"]
            wider = [other.statement for other in grants if "Condition" not in other.statement and other.statement["Effect"] == "Allow"]
            covered = any(actions <= set(listed(each["Action"])) and keys <= set(listed(each["Resource"])) for each in wider)
            return by_way and covered and all(action.startswith("kms:") for action in actions)
    return False


@pytest.mark.parametrize("case", CASES)
def test_everything_that_is_called_is_allowed(case: str) -> None:
    _, policies, needs = deployed(case)
    assert len(needs) > 20
    assert [str(need) for need in policies.denied(needs)] == []


@pytest.mark.parametrize("case", CASES)
def test_no_statement_action_or_resource_can_be_taken_away(case: str) -> None:
    _, policies, needs = deployed(case)
    assert [name for name in policies.excess(needs) if not is_allowed_more_widely(policies, name)] == []


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_a_template_without_one_of_its_statements_does_not_work(case: str) -> None:
    synthesised = templates.sample(case) if case in templates.SAMPLES else templates.synthesise(CASES[case], rules=False)
    _, policies, needs = deployed(case)
    unnoticed = []
    for stack, template in synthesised.templates.items():
        named = [
            name for name, resource in template["Resources"].items() if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        ]
        for name in named:
            for index, statement in enumerate(template["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]):
                mutilated = copy.deepcopy(template)
                del mutilated["Resources"][name]["Properties"]["PolicyDocument"]["Statement"][index]
                account = Account({**synthesised.templates, stack: mutilated}, synthesised.collection.settings.region or "us-east-1")
                wider = is_allowed_more_widely(policies, f"{name}[{index}]")
                if statement["Effect"] == "Allow" and not wider and not Policies(account).denied(needs):
                    unnoticed.append(f"{stack} {name}[{index}]")
    assert unnoticed == []


def statements(case: str) -> Iterator[Grant]:
    _, policies, _ = deployed(case)
    for grants in (*policies.of_roles.values(), *policies.of_resources.values()):
        yield from (grant for grant in grants if grant.statement["Effect"] == "Allow")


@pytest.mark.parametrize("case", CASES)
def test_actions_are_named_in_full(case: str) -> None:
    actions = {(grant.place, action) for grant in statements(case) for action in listed(grant.statement["Action"])}
    unnamed = {(place, action) for place, action in actions if not is_known(action) and action not in WILDCARDS}
    assert unnamed == set()


@pytest.mark.parametrize("case", CASES)
def test_every_resource_stands_for_something_unless_the_action_has_none(case: str) -> None:
    _, policies, _ = deployed(case)
    roles = [grant for grants in policies.of_roles.values() for grant in grants if grant.statement["Effect"] == "Allow"]
    everything = [grant for grant in roles if "*" in listed(grant.statement["Resource"])]
    wide = {(grant.place, action) for grant in everything for action in listed(grant.statement["Action"]) if takes_resource(action)}
    assert {(place, action) for place, action in wide if place != GIVEN_BY_AWS} == set()


def is_of_service(grant: Grant) -> bool:
    principal = grant.statement.get("Principal")
    return isinstance(principal, dict) and "Service" in principal


@pytest.mark.parametrize("case", CASES)
def test_services_use_keys_and_targets_on_behalf_of_this_account_only(case: str) -> None:
    _, policies, _ = deployed(case)
    own = [grant for grants in policies.of_resources.values() for grant in grants if is_of_service(grant)]
    unconditional = {grant.place for grant in own if ACCOUNT not in str(grant.statement.get("Condition"))}
    assert own
    assert unconditional == set()


@pytest.mark.parametrize("case", CASES)
def test_a_network_has_exactly_the_endpoints_that_are_called(case: str) -> None:
    account, _, _ = deployed(case)
    called = set(endpoints_called(account, templates.HANDLERS))
    defined = endpoints_defined(account) - {"execute-api"}
    if {"document-analysis", "knowledge-base-rag"} & {resource.stack for resource in account}:
        assert called - GATEWAYS == defined - GATEWAYS
    assert called <= defined


@pytest.mark.parametrize("case", CASES)
def test_the_policies_of_endpoints_let_through_what_is_called(case: str) -> None:
    account, _, needs = deployed(case)
    assert [str(need) for need in stopped_at_endpoints(account, needs)] == []


@pytest.mark.parametrize("case", CASES)
def test_roles_are_assumed_on_behalf_of_this_account_only(case: str) -> None:
    account, _, _ = deployed(case)
    open_to_others = set()
    for role in account.of_type("AWS::IAM::Role"):
        for statement in role.properties["AssumeRolePolicyDocument"]["Statement"]:
            service = statement["Principal"]["Service"]
            if service not in SENDING_NO_ACCOUNT and ACCOUNT not in str(statement.get("Condition")):
                open_to_others.add((role.logical_id, service))
    assert open_to_others == set()


def first_parts(prefix: str, needs: list[Need]) -> set[str]:
    """How the keys go on after a prefix, up to the next slash; empty for keys that end there."""
    rests = [need.resource.removeprefix(prefix) for need in needs if need.resource.startswith(prefix)]
    return {rest.split("/")[0] if "/" in rest else "" for rest in rests}


@pytest.mark.parametrize("case", CASES)
def test_objects_are_allowed_below_the_longest_prefix_that_they_share(case: str) -> None:
    _, policies, needs = deployed(case)
    wide = set()
    for role, grants in policies.of_roles.items():
        own = [need for need in needs if need.principal == role]
        patterns = {resource for grant in grants for resource in listed(grant.statement["Resource"])}
        for pattern in patterns:
            if pattern.startswith("arn:aws:s3:::") and pattern.endswith("*"):
                parts = first_parts(pattern[:-1], own)
                if len(parts) == 1 and not parts & {"", UNKNOWN}:
                    wide.add((role, pattern, *parts))
    assert wide == set()


@functools.cache
def packages() -> dict[str, dict[str, Any]]:
    found = sorted(path.parent.name for path in templates.HANDLERS.glob("*/handler.py"))
    return {name: {call.place: call for call in api_calls(templates.HANDLERS, name, {})} for name in found}


def test_every_line_that_makes_a_client_is_followed_to_a_call() -> None:
    followed = {place.split(":")[0] for calls in packages().values() for place in calls}
    written = {
        path.relative_to(templates.HANDLERS).as_posix()
        for path in templates.HANDLERS.rglob("*.py")
        if "client(" in path.read_text() and path.name != "clients.py"
    }
    assert written - followed == set()
