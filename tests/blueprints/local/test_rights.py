"""What callers of Bedrock, S3 Vectors and SageMaker have to be allowed."""

from typing import Any

import pytest

from blueprints.local.operations import Call
from blueprints.local.rights import Lookup, Right, needed

OWN = "arn:aws:bedrock:us-east-1:123456789012"
NOVA = "arn:aws:bedrock:{}::foundation-model/amazon.nova-lite-v1:0"
PROFILE = f"{OWN}:application-inference-profile/abc"
GUARDRAIL = {"guardrailIdentifier": "g1", "guardrailVersion": "3"}
INDEX = "arn:aws:s3vectors:us-east-1:123456789012:bucket/b/index/i"
VIA = {"kms:ViaService": "s3vectors.us-east-1.amazonaws.com", "kms:CallerAccount": "123456789012"}


def rights(service: str, operation: str, **parameters: Any) -> list[Right]:
    return needed(Call(service, operation), parameters, Lookup())


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("InvokeModel", "bedrock:InvokeModel"),
        ("Converse", "bedrock:InvokeModel"),
        ("ConverseStream", "bedrock:InvokeModelWithResponseStream"),
        ("InvokeModelWithResponseStream", "bedrock:InvokeModelWithResponseStream"),
    ],
)
def test_asking_a_model_has_two_actions(operation: str, action: str) -> None:
    assert rights("bedrock-runtime", operation, modelId="amazon.nova-lite-v1:0") == [Right(action, NOVA.format("us-east-1"))]


def test_a_guardrail_is_told_in_a_condition_key_and_has_to_be_allowed() -> None:
    first, second = rights("bedrock-runtime", "Converse", modelId=NOVA.format("us-east-1"), guardrailConfig=GUARDRAIL)
    assert first.context == {"bedrock:GuardrailIdentifier": f"{OWN}:guardrail/g1:3"}
    assert second == Right("bedrock:ApplyGuardrail", f"{OWN}:guardrail/g1")


def test_a_draft_has_no_version_and_an_arn_is_taken_as_it_is() -> None:
    draft = {"guardrailIdentifier": f"{OWN}:guardrail/g1", "guardrailVersion": "DRAFT"}
    assert rights("bedrock-runtime", "InvokeModel", modelId="a.b", **draft)[0].context == {
        "bedrock:GuardrailIdentifier": f"{OWN}:guardrail/g1"
    }


def test_a_profile_of_a_geography_needs_the_model_wherever_it_may_be() -> None:
    profile, *models = rights("bedrock-runtime", "Converse", modelId="us.amazon.nova-lite-v1:0")
    assert profile.resource == f"{OWN}:inference-profile/us.amazon.nova-lite-v1:0"
    assert [model.resource for model in models] == [NOVA.format(region) for region in ("us-east-1", "us-east-2", "us-west-2")]
    assert {model.context["bedrock:InferenceProfileArn"] for model in models} == {profile.resource}


def test_a_global_profile_needs_the_model_here_and_without_a_region() -> None:
    _, *models = rights("bedrock-runtime", "Converse", modelId="global.amazon.nova-lite-v1:0")
    assert [model.resource for model in models] == [NOVA.format("us-east-1"), NOVA.format("")]


def test_a_profile_of_the_account_needs_what_is_behind_it_under_the_same_guardrail() -> None:
    lookup = Lookup(models_of=lambda arn: [NOVA.format("us-east-1")] if arn == PROFILE else [])
    found = needed(Call("bedrock-runtime", "ConverseStream"), {"modelId": PROFILE, "guardrailConfig": GUARDRAIL}, lookup)
    assert [right.resource for right in found] == [PROFILE, NOVA.format("us-east-1"), f"{OWN}:guardrail/g1"]
    assert {right.context.get("bedrock:GuardrailIdentifier") for right in found[:2]} == {f"{OWN}:guardrail/g1:3"}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "resource"),
    [
        ("bedrock-runtime", "ApplyGuardrail", GUARDRAIL, f"{OWN}:guardrail/g1"),
        ("bedrock", "GetGuardrail", {"guardrailIdentifier": f"{OWN}:guardrail/g1"}, f"{OWN}:guardrail/g1"),
        ("bedrock", "GetInferenceProfile", {"inferenceProfileIdentifier": "abc"}, PROFILE),
        ("bedrock", "TagResource", {"resourceARN": PROFILE}, PROFILE),
        ("bedrock-agent", "TagResource", {"resourceArn": f"{OWN}:knowledge-base/KB"}, f"{OWN}:knowledge-base/KB"),
        ("bedrock-agent", "StartIngestionJob", {"knowledgeBaseId": "KB", "dataSourceId": "DS"}, f"{OWN}:knowledge-base/KB"),
        ("bedrock-agent-runtime", "Retrieve", {"knowledgeBaseId": "KB"}, f"{OWN}:knowledge-base/KB"),
        ("s3vectors", "ListVectorBuckets", {}, "*"),
        ("s3vectors", "GetIndex", {"vectorBucketName": "b", "indexName": "i"}, INDEX),
        ("s3vectors", "PutVectors", {"indexArn": INDEX}, INDEX),
        ("s3vectors", "ListIndexes", {"vectorBucketArn": INDEX.partition("/index")[0]}, INDEX.partition("/index")[0]),
        ("s3vectors", "TagResource", {"resourceArn": INDEX}, INDEX),
    ],
)
def test_resources_are_those_that_the_request_names(service: str, operation: str, parameters: dict[str, Any], resource: str) -> None:
    namespace = "s3vectors" if service == "s3vectors" else "bedrock"
    assert rights(service, operation, **parameters) == [Right(f"{namespace}:{operation}", resource)]


def test_reranking_asks_a_model_too() -> None:
    model = {"modelConfiguration": {"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0"}}
    found = rights("bedrock-agent-runtime", "Rerank", rerankingConfiguration={"bedrockRerankingConfiguration": model})
    assert found == [Right("bedrock:Rerank"), Right("bedrock:InvokeModel", model["modelConfiguration"]["modelArn"])]


def test_a_guardrail_of_a_retrieval_has_to_be_allowed() -> None:
    found = rights("bedrock-agent-runtime", "Retrieve", knowledgeBaseId="KB", guardrailConfiguration={"guardrailId": "g1"})
    assert found[1] == Right("bedrock:ApplyGuardrail", f"{OWN}:guardrail/g1")


@pytest.mark.parametrize("wish", ["filter", "returnMetadata"])
def test_metadata_of_vectors_is_a_right_of_its_own(wish: str) -> None:
    assert [right.action for right in rights("s3vectors", "QueryVectors", indexArn=INDEX, **{wish: {"a": 1}})] == [
        "s3vectors:QueryVectors",
        "s3vectors:GetVectors",
    ]


def test_encrypted_vectors_need_their_key() -> None:
    lookup = Lookup(key_of=lambda arn: "key" if arn == INDEX else None)
    assert needed(Call("s3vectors", "PutVectors"), {"indexArn": INDEX}, lookup)[1:] == [Right("kms:Decrypt", "key", VIA)]
    assert needed(Call("s3vectors", "GetIndex"), {"indexArn": INDEX}, lookup)[1:] == []
    asked = {"vectorBucketName": "b", "indexName": "j", "encryptionConfiguration": {"kmsKeyArn": "other"}}
    assert [(right.action, right.resource) for right in needed(Call("s3vectors", "CreateIndex"), asked, lookup)[1:]] == [
        ("kms:GenerateDataKey", "other"),
        ("kms:Decrypt", "other"),
    ]


@pytest.mark.parametrize(("service", "operation"), [("textract", "DetectDocumentText"), ("bedrock", "ListGuardrails")])
def test_nothing_is_known_of_other_calls(service: str, operation: str) -> None:
    assert rights(service, operation) == []


SAGEMAKER = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.mark.parametrize("operation", ["InvokeEndpoint", "InvokeEndpointAsync", "InvokeEndpointWithResponseStream"])
def test_endpoints_are_invoked_by_right(operation: str) -> None:
    assert rights("sagemaker-runtime", operation, EndpointName="e") == [Right(f"sagemaker:{operation}", f"{SAGEMAKER}:endpoint/e")]


def test_a_component_has_to_be_allowed_too_and_the_model_is_told_in_a_condition_key() -> None:
    found = rights("sagemaker-runtime", "InvokeEndpoint", EndpointName="e", InferenceComponentName="c", TargetModel="t/m.tar.gz")
    assert [right.resource for right in found] == [f"{SAGEMAKER}:endpoint/e", f"{SAGEMAKER}:inference-component/c"]
    assert {right.context["sagemaker:TargetModel"] for right in found} == {"t/m.tar.gz"}


@pytest.mark.parametrize(
    ("operation", "parameters", "resources"),
    [
        ("CreateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"}, ["endpoint/e", "endpoint-config/c"]),
        ("UpdateEndpointWeightsAndCapacities", {"EndpointName": "e"}, ["endpoint/e"]),
        ("DescribeEndpointConfig", {"EndpointConfigName": "c"}, ["endpoint-config/c"]),
        ("CreateInferenceComponent", {"InferenceComponentName": "i", "EndpointName": "e"}, ["inference-component/i", "endpoint/e"]),
        ("UpdateInferenceComponentRuntimeConfig", {"InferenceComponentName": "i"}, ["inference-component/i"]),
        ("CreateTransformJob", {"TransformJobName": "j", "ModelName": "m"}, ["transform-job/j"]),
        ("StopTransformJob", {"TransformJobName": "j"}, ["transform-job/j"]),
        ("DeleteModel", {"ModelName": "m"}, ["model/m"]),
        ("ListModels", {}, []),
    ],
)
def test_what_serves_is_changed_by_right(operation: str, parameters: dict[str, str], resources: list[str]) -> None:
    assert rights("sagemaker", operation, **parameters) == [Right(f"sagemaker:{operation}", f"{SAGEMAKER}:{name}") for name in resources]


def test_a_model_is_given_a_role_by_right() -> None:
    role = "arn:aws:iam::123456789012:role/Model"
    passed = rights("sagemaker", "CreateModel", ModelName="m", ExecutionRoleArn=role)[1]
    assert passed == Right("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"})
