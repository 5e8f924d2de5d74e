import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pytest
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Annotations, Match

from blueprints.checks.rules import RULES
from blueprints.checks.rules.graph import dependencies
from ml_constructs.bedrock.chunking import FixedChunking, HierarchicalChunking, SemanticChunking
from ml_constructs.bedrock.embedding import Embedding
from ml_constructs.bedrock.knowledge_base import KnowledgeBase
from ml_constructs.bedrock.knowledge_sources import CustomSource, S3Source
from ml_constructs.bedrock.opensearch_vector_store import OpenSearchVectorStore
from ml_constructs.bedrock.parsing import DataAutomationParsing, FoundationModelParsing
from ml_constructs.bedrock.s3_vector_store import S3VectorStore
from ml_constructs.bedrock.vector_store import VectorStore
from ml_constructs.bedrock.web_source import WebSource
from ml_constructs.foundation.roles import service_role
from ml_constructs.testing import rule_findings
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene

NOVA = "amazon.nova-lite-v1:0"
NAME = r"([0-9a-zA-Z][_-]?){1,100}"


@dataclass
class Bases:
    scene: KnowledgeScene
    usual: KnowledgeBase
    described: KnowledgeBase
    searched: KnowledgeBase
    store: OpenSearchVectorStore
    sources: dict[str, bedrock.CfnDataSource]
    asker: iam.Role
    feeder: iam.Role

    def text(self, construct: Any) -> str:
        return str(self.scene.resource(construct))

    def before(self, construct: Any) -> set[str]:
        return dependencies(self.scene.template, self.scene.logical_id(construct))

    def policies(self, base: KnowledgeBase) -> set[str]:
        role = {"Ref": self.scene.logical_id(base.role)}
        resources = self.scene.template["Resources"].items()
        return {name for name, found in resources if found["Type"] == "AWS::IAM::Policy" and role in found["Properties"]["Roles"]}


@pytest.fixture(scope="module")
def bases() -> Bases:
    scene = KnowledgeScene("Knowledge-Base")
    stack, key, titan = scene.stack, scene.key, scene.embedding
    usual = scene.base()
    sources = {
        "documents": usual.add_source("Documents", S3Source(scene.bucket, ("handbook/",), chunking=SemanticChunking())),
        "custom": usual.add_source("Custom", CustomSource(parsing=FoundationModelParsing(model=NOVA)), data_deletion="DELETE"),
        "figures": (described := scene.base(description="The handbook", extracted=scene.bucket)).add_source(
            "Figures", CustomSource(parsing=DataAutomationParsing())
        ),
    }
    usual.allow_reranking("amazon.rerank-v1:0")
    store = OpenSearchVectorStore(stack, "Search", key=key, embedding=titan)
    searched = scene.base(store)
    sources["web"] = searched.add_source("Web", WebSource(("https://example.com/",)))
    asker, feeder = (service_role(stack, name, service="lambda.amazonaws.com") for name in ("Asker", "Feeder"))
    usual.grant_retrieve(asker)
    usual.grant_ingest(feeder)
    usual.grant(feeder, "bedrock:ListKnowledgeBaseDocuments")
    return Bases(scene, usual, described, searched, store, sources, asker, feeder)


def test_it_keeps_vectors_of_the_model_in_the_store(bases: Bases) -> None:
    properties = bases.scene.properties(bases.usual.resource)
    assert properties["KnowledgeBaseConfiguration"]["Type"] == "VECTOR"
    assert properties["StorageConfiguration"]["Type"] == "S3_VECTORS"
    assert "Description" not in properties
    assert bases.scene.properties(bases.described.resource)["Description"] == "The handbook"


def test_only_bedrock_assumes_its_role_for_knowledge_bases_of_this_account(bases: Bases) -> None:
    (statement,) = bases.scene.properties(bases.usual.role)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Join"][1][-1] == ":knowledge-base/*"


def test_its_role_may_do_what_store_models_and_sources_need_and_no_more(bases: Bases) -> None:
    actions = {action for found in bases.scene.statements(bases.usual.role) for action in _listed(found["Action"])}
    vectors = {f"s3vectors:{action}" for action in ("DeleteVectors", "GetIndex", "GetVectors", "PutVectors", "QueryVectors")}
    reading = {"s3:GetObject", "s3:ListBucket", "kms:Decrypt", "kms:GenerateDataKey"}
    assert actions == {"bedrock:InvokeModel", "bedrock:Rerank", *vectors, *reading}
    invoked = [str(arn["Fn::Join"][1][-1]).split("/")[-1] for arn in bases.scene.allowed(bases.usual.role, "bedrock:InvokeModel")]
    assert sorted(invoked) == ["amazon.nova-lite-v1:0", "amazon.rerank-v1:0", "amazon.titan-embed-text-v2:0"]


def test_what_is_taken_out_of_documents_is_stored_read_and_deleted(bases: Bases) -> None:
    for action in ("s3:PutObject", "s3:GetObject", "s3:DeleteObject"):
        (keys,) = bases.scene.allowed(bases.described.role, action)
        assert keys["Fn::Join"][1][-1] == "/*"
    storage = bases.text(bases.described.resource)
    assert "SupplementalDataStorageConfiguration" in storage


def test_it_waits_for_every_policy_of_its_role_and_for_the_store(bases: Bases) -> None:
    # aws-samples/agents-for-amazon-bedrock-blueprints#22
    for base in (bases.usual, bases.described, bases.searched):
        assert bases.policies(base)
        assert bases.policies(base) <= bases.before(base.resource)
    assert bases.scene.logical_id(bases.scene.store.index) in bases.before(bases.usual.resource)


def test_policies_collection_index_knowledge_base_and_data_source_come_one_after_the_other(bases: Bases) -> None:
    # awslabs/generative-ai-cdk-constructs#322, #1134 and #891
    resources = bases.scene.template["Resources"]
    access = {name for name, found in resources.items() if found["Type"] == "AWS::OpenSearchServerless::AccessPolicy"}
    assert len(access) == 2
    chain = [bases.store.collection, bases.store.index, bases.searched.resource, bases.sources["web"]]
    assert access <= bases.before(chain[0])
    for earlier, later in pairwise(chain):
        assert bases.scene.logical_id(earlier) in bases.before(later)


def test_no_known_failure_of_deployments_is_in_the_template(bases: Bases) -> None:
    # awslabs/generative-ai-cdk-constructs#1134 among them: every reference leads somewhere
    assert [finding for rule in RULES for finding in rule(bases.scene.template)] == []


def test_data_sources_let_go_of_a_store_that_went_first(bases: Bases) -> None:
    # aws-samples/genai-bedrock-agent-chatbot#5
    kept = {name: bases.scene.properties(source)["DataDeletionPolicy"] for name, source in bases.sources.items()}
    assert kept == {"documents": "RETAIN", "custom": "DELETE", "figures": "RETAIN", "web": "RETAIN"}


def test_what_bedrock_keeps_on_the_way_is_encrypted_with_the_key(bases: Bases) -> None:
    key = bases.scene.stack.resolve(bases.scene.key.key_arn)
    for source in bases.sources.values():
        assert bases.scene.properties(source)["ServerSideEncryptionConfiguration"] == {"KmsKeyArn": key}
    unconditional = [found for found in bases.scene.statements(bases.usual.role) if found["Resource"] == key and "Condition" not in found]
    assert [found["Action"] for found in unconditional] == [["kms:Decrypt", "kms:GenerateDataKey"]]


def test_data_sources_wait_for_what_the_role_may_read(bases: Bases) -> None:
    assert bases.policies(bases.usual) <= set(bases.scene.resource(bases.sources["documents"])["DependsOn"])
    identity = {"Fn::GetAtt": [bases.scene.logical_id(bases.usual.resource), "KnowledgeBaseId"]}
    assert bases.scene.properties(bases.sources["documents"])["KnowledgeBaseId"] == identity


def test_whatever_replaces_it_renames_it() -> None:
    # aws-samples/bedrock-chat#822 and awslabs/generative-ai-cdk-constructs#1114
    scene = KnowledgeScene("Knowledge--Base")
    stack, key, titan, short = scene.stack, scene.key, scene.embedding, Embedding(dimensions=256)
    stores = [
        scene.store,
        S3VectorStore(stack, "Revised", key=key, embedding=titan, revision="2"),
        S3VectorStore(stack, "Short", key=key, embedding=short),
        OpenSearchVectorStore(stack, "Search", key=key, embedding=titan),
    ]

    def name(store: VectorStore, **arguments: Any) -> str:
        found = KnowledgeBase(stack, "Base", store=store, embedding=store.embedding, key=key, **arguments).name
        stack.node.try_remove_child("Base")
        return found

    names = [*map(name, stores), name(scene.store, extracted=scene.bucket)]
    assert len(set(names)) == 5
    assert all(re.fullmatch(NAME, found) and found.startswith("knowledge-base-") for found in names)
    assert name(scene.store, description="Another") == names[0]


def test_another_way_to_cut_or_read_documents_is_another_data_source() -> None:
    scene = KnowledgeScene()
    base = scene.base()
    sources = [
        CustomSource(),
        CustomSource(chunking=FixedChunking(max_tokens=500)),
        CustomSource(parsing=FoundationModelParsing(model=NOVA)),
        S3Source(scene.bucket),
    ]
    names = []
    for source in sources:
        names.append(base.add_source("Source", source).name)
        base.node.try_remove_child("Source")
    assert len(set(names)) == len(sources)
    assert all(re.fullmatch("Source-[0-9a-f]{8}", name) for name in names)
    assert base.add_source("Source", CustomSource()).name == names[0]


def test_who_asks_finds_passages_of_this_knowledge_base_only(bases: Bases) -> None:
    arn = bases.scene.stack.resolve(bases.usual.knowledge_base_arn)
    assert [(found["Action"], found["Resource"]) for found in bases.scene.statements(bases.asker)] == [("bedrock:Retrieve", arn)]
    for action in ("bedrock:StartIngestionJob", "bedrock:GetIngestionJob", "bedrock:ListKnowledgeBaseDocuments"):
        assert bases.scene.allowed(bases.feeder, action) == [arn]


def test_a_model_that_is_not_listed_is_warned_of() -> None:
    scene = KnowledgeScene()
    own = Embedding(model="acme.embed-v9", dimensions=384)
    scene.base(S3VectorStore(scene.stack, "Own", key=scene.key, embedding=own))
    message = Match.string_like_regexp("embedding model 'acme.embed-v9' is not among the models listed")
    assert len(Annotations.from_stack(scene.stack).find_warning("*", message)) == 1


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (CustomSource(chunking=HierarchicalChunking(parent_tokens=8192)), "a chunk and its parent must have at most 8000 tokens together"),
        (WebSource(("https://example.com/",)), "a source must be one of CUSTOM, S3 for S3 Vectors, got WEB"),
        (
            CustomSource(parsing=DataAutomationParsing()),
            "extracted must be a bucket for what multimodal parsing takes out of documents, got None",
        ),
    ],
    ids=["chunks", "kind", "figures"],
)
def test_sources_that_do_not_fit_are_refused(bases: Bases, source: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bases.usual.add_source("Refused", source)


def test_a_store_for_other_vectors_is_refused(bases: Bases) -> None:
    with pytest.raises(ValueError, match="embedding must be that of S3 Vectors"):
        bases.scene.base(embedding=replace(bases.scene.embedding, dimensions=512))


def test_a_description_that_is_too_long_is_refused(bases: Bases) -> None:
    with pytest.raises(ValueError, match="description must have at most 200 characters, got 201"):
        bases.scene.base(description="x" * 201)


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained() -> None:
    scene = KnowledgeScene()
    store = OpenSearchVectorStore(scene.stack, "Search", key=scene.key, embedding=scene.embedding)
    for base in (scene.base(extracted=scene.bucket), scene.base(store)):
        base.add_source("Documents", S3Source(scene.bucket))
        base.allow_reranking("amazon.rerank-v1:0")
    scene.base(extracted=scene.bucket).add_source("Figures", CustomSource(parsing=DataAutomationParsing()))
    own = {rule: [path for path in paths if "/Bucket" not in path] for rule, paths in rule_findings(scene.app).items()}
    assert {rule: paths for rule, paths in own.items() if paths} == {}


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
