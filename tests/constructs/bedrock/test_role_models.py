from typing import Any

import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Annotations, Match

from ml_constructs.bedrock.knowledge_sources import CustomSource
from ml_constructs.bedrock.models import invocation_arns
from ml_constructs.bedrock.parsing import ContextEnrichment, DataAutomationParsing, FoundationModelParsing
from ml_constructs.bedrock.role_models import allow_data_automation, allow_ingestion, allow_invoking, allow_reranking
from ml_constructs.foundation.roles import service_role
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene

NOVA, RERANKER = "amazon.nova-lite-v1:0", "amazon.rerank-v1:0"
INVOKE = "bedrock:InvokeModel"


@pytest.fixture(scope="module")
def scene() -> KnowledgeScene:
    return KnowledgeScene()


@pytest.fixture(scope="module")
def roles(scene: KnowledgeScene) -> dict[str, iam.Role]:
    names = ("model", "profile", "unknown", "reranking", "automation", "parsing", "enrichment", "nothing", "automated")
    roles = {name: service_role(scene.stack, name.title(), service="bedrock.amazonaws.com") for name in names}
    allow_invoking(roles["model"], NOVA, "model")
    allow_invoking(roles["profile"], f"us.{NOVA}", "model")
    allow_invoking(roles["unknown"], "acme.reader-v1", "parsing model")
    allow_reranking(roles["reranking"], RERANKER)
    allow_data_automation(roles["automation"], scene.key)
    allow_ingestion(roles["parsing"], CustomSource(parsing=FoundationModelParsing(model=NOVA)), scene.key)
    allow_ingestion(roles["enrichment"], CustomSource(enrichment=ContextEnrichment(model=NOVA)), scene.key)
    allow_ingestion(roles["nothing"], CustomSource(), scene.key)
    allow_ingestion(roles["automated"], CustomSource(parsing=DataAutomationParsing()), scene.key)
    return roles


def arns(scene: KnowledgeScene, model: str) -> Any:
    return scene.stack.resolve(invocation_arns(scene.stack, model))


@pytest.mark.parametrize("role", ["model", "parsing", "enrichment"])
def test_a_model_is_invoked_and_nothing_else(scene: KnowledgeScene, roles: dict[str, iam.Role], role: str) -> None:
    (statement,) = scene.statements(roles[role])
    assert (statement["Action"], [statement["Resource"]]) == (INVOKE, arns(scene, NOVA))


def test_a_profile_is_looked_up_and_invoked_wherever_it_leads(scene: KnowledgeScene, roles: dict[str, iam.Role]) -> None:
    expected = arns(scene, f"us.{NOVA}")
    assert scene.allowed(roles["profile"], INVOKE) == expected
    assert scene.allowed(roles["profile"], "bedrock:GetInferenceProfile") == expected[:1]


def test_a_model_that_is_not_listed_is_warned_of(scene: KnowledgeScene, roles: dict[str, iam.Role]) -> None:
    assert scene.allowed(roles["unknown"], INVOKE) == arns(scene, "acme.reader-v1")
    warnings = Annotations.from_stack(scene.stack).find_warning("*", Match.string_like_regexp("parsing model 'acme.reader-v1' is not"))
    assert len(warnings) == 1


def test_passages_are_ordered_by_one_model(scene: KnowledgeScene, roles: dict[str, iam.Role]) -> None:
    assert scene.allowed(roles["reranking"], "bedrock:Rerank") == ["*"]
    assert scene.allowed(roles["reranking"], INVOKE) == arns(scene, RERANKER)


@pytest.mark.parametrize("role", ["automation", "automated"])
def test_data_automation_reads_documents_with_aws_own_project(scene: KnowledgeScene, roles: dict[str, iam.Role], role: str) -> None:
    project, profiles = scene.allowed(roles[role], "bedrock:InvokeDataAutomationAsync")
    assert project["Fn::Join"][1][-1] == ":aws:data-automation-project/public-rag-default"
    assert profiles["Fn::Join"][1][-1] == ":data-automation-profile/*"
    (invocations,) = scene.allowed(roles[role], "bedrock:GetDataAutomationStatus")
    assert invocations["Fn::Join"][1][-1] == ":data-automation-invocation/*"
    (key,) = [statement for statement in scene.statements(roles[role]) if "kms:CreateGrant" in statement["Action"]]
    assert key["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Join"][1][0] == "bedrock."


def test_documents_that_bedrock_reads_itself_need_no_model(scene: KnowledgeScene, roles: dict[str, iam.Role]) -> None:
    assert scene.statements(roles["nothing"]) == []
