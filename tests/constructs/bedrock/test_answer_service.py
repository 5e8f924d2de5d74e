import dataclasses
import os
from dataclasses import replace

import pytest
from aws_cdk.assertions import Annotations, Match

from ml_constructs.bedrock.answer_options import Generation, Retrieval
from ml_constructs.bedrock.guardrail_policy import Grounding, GuardrailPolicy, Topic
from ml_constructs.foundation import handler_assets
from tests.constructs.bedrock.answer_scene import EVERYTHING, MODEL, PLAIN, Parts, everything, plain

LAMBDA_ENVIRONMENT_BYTES = 4096


def test_a_plain_service_answers_as_a_whole_within_the_time_of_api_gateway_and_remembers_nothing() -> None:
    service = plain().service
    assert service.functions == [service.answer]
    assert (service.stream, service.sessions, service.cache) == (None, None, None)
    assert plain().properties(service.answer)["Timeout"] == 29
    assert "ReservedConcurrentExecutions" not in plain().properties(service.answer)


def test_a_stream_may_take_as_long_as_api_gateway_passes_it_on() -> None:
    assert everything().properties(everything().service.stream)["Timeout"] == 900


def test_streams_are_started_by_the_wrapper_that_comes_with_them() -> None:
    function = everything().service.stream
    path = everything().environment(function)["AWS_LAMBDA_EXEC_WRAPPER"]
    folder, _ = handler_assets.stage(handler_assets.default_sources(), ("stream_answer", "questions", "streaming"))
    assert os.access(folder / path.removeprefix("/var/task/"), os.X_OK)
    assert "AWS_LAMBDA_EXEC_WRAPPER" not in everything().environment(everything().service.answer)


def test_functions_are_told_what_they_stand_between() -> None:
    scene = everything()
    told = scene.environment(scene.service.answer)
    resolve = scene.parts.stack.resolve
    assert told["KNOWLEDGE_BASE_ID"] == resolve(scene.parts.base.knowledge_base_id)
    assert told["GUARDRAIL_ARN"] == resolve(scene.parts.guardrail.guardrail_arn)
    assert told["GUARDRAIL_VERSION"] == resolve(scene.parts.guardrail.version)
    assert told["MODEL_ID"] == resolve(scene.service.model.arn)  # type: ignore[union-attr]
    assert told["SESSIONS_TABLE"] == {"Ref": scene.logical_id(scene.service.sessions)}
    assert told["CACHE_TABLE"] == {"Ref": scene.logical_id(scene.service.cache)}
    assert told["POWERTOOLS_METRICS_NAMESPACE"] == "MlBlueprints/Stack"


def test_a_model_without_a_profile_is_named_by_its_id() -> None:
    assert plain().environment(plain().service.answer)["MODEL_ID"] == "amazon.nova-micro-v1:0"


def test_the_longest_instructions_fit_into_the_environment_of_a_function() -> None:
    told = everything().environment(everything().service.stream)
    arn = "x" * 160
    longest = {**told, "INSTRUCTIONS": "x" * 2000, "TENANT_ATTRIBUTE": "x" * 128, "TENANT_CLAIM": "x" * 128}
    size = sum(len(name) + len(value if isinstance(value, str) else arn) for name, value in longest.items())
    assert size < LAMBDA_ENVIRONMENT_BYTES


@pytest.mark.parametrize("name", ["sessions", "cache"])
def test_tables_are_billed_by_request_encrypted_restorable_and_forget(name: str) -> None:
    scene = everything()
    table = scene.properties(getattr(scene.service, name))
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"]["KMSMasterKeyId"] == scene.parts.stack.resolve(scene.parts.key.key_arn)
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]


def test_a_function_may_do_what_an_answer_takes_and_no_more() -> None:
    scene = everything()
    expected = {"bedrock:ApplyGuardrail", "bedrock:InvokeModel", "bedrock:Retrieve"}
    tables = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    assert scene.actions(scene.service.answer.execution_role) == expected | tables
    assert plain().actions(plain().service.answer.execution_role) == expected
    assert scene.service.stream is not None
    streamed = (expected - {"bedrock:InvokeModel"}) | {"bedrock:InvokeModelWithResponseStream"}
    assert scene.actions(scene.service.stream.execution_role) == streamed | tables


def test_the_model_is_denied_whatever_allows_it_without_this_version_of_the_guardrail() -> None:
    scene = everything()
    assert scene.service.stream is not None
    (denial,) = (each for each in scene.statements(scene.service.stream.execution_role) if each["Effect"] == "Deny")
    version = scene.parts.stack.resolve(scene.parts.guardrail.versioned_arn)
    assert denial["Condition"] == {"StringNotEquals": {"bedrock:GuardrailIdentifier": version}}
    assert (denial["Action"], denial["Resource"]) == (["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"], "*")


def test_passages_are_reranked_with_the_role_of_the_knowledge_base() -> None:
    assert "bedrock:Rerank" in everything().actions(everything().parts.base.role)
    assert "bedrock:Rerank" not in plain().actions(plain().parts.base.role)


def test_concurrency_can_be_reserved() -> None:
    scene = everything()
    assert [scene.properties(function)["ReservedConcurrentExecutions"] for function in scene.service.functions] == [5, 5]


def test_the_configuration_is_the_same_in_every_synthesis_and_another_with_another_guardrail() -> None:
    def told(policy: GuardrailPolicy) -> str:
        return Parts(policy).service(PLAIN).configuration_id

    topic = Topic(name="Wages", definition="What somebody earns.")
    assert told(GuardrailPolicy()) == told(GuardrailPolicy()) == plain().environment(plain().service.answer)["CONFIGURATION_ID"]
    assert told(GuardrailPolicy(topics=(topic,))) != told(GuardrailPolicy())


def test_models_that_are_not_listed_are_warned_of() -> None:
    parts = Parts()
    parts.service(replace(PLAIN, generation=Generation(model_id="somebody.new-model-v9:0")))
    warnings = Annotations.from_stack(parts.stack)
    warnings.has_warning("/Stack/Answers", Match.string_like_regexp("somebody.new-model-v9:0"))


@pytest.mark.parametrize("profile", [True, False])
def test_another_model_than_that_of_the_options_is_refused(profile: bool) -> None:
    parts = Parts()
    other = parts.profile("amazon.nova-pro-v1:0") if profile else "amazon.nova-pro-v1:0"
    with pytest.raises(ValueError, match=f"model must be {MODEL} as in options, or a profile of it, got amazon.nova-pro-v1:0"):
        parts.service(EVERYTHING, model=other)


def test_questions_that_are_too_long_for_the_guardrail_are_refused() -> None:
    with pytest.raises(ValueError, match="max_question_characters must be at most 1000 with contextual grounding"):
        Parts(GuardrailPolicy(grounding=Grounding())).service(replace(PLAIN, max_question_characters=1001))


def test_a_search_that_the_store_does_not_offer_is_refused() -> None:
    with pytest.raises(ValueError, match="search_type must be one of SEMANTIC for S3 Vectors, got 'HYBRID'"):
        Parts().service(replace(PLAIN, retrieval=Retrieval(search_type="HYBRID")))


def test_questions_are_not_stored_without_a_key() -> None:
    parts = Parts()
    with pytest.raises(ValueError, match="defaults must have a key to encrypt questions and answers with, got none"):
        parts.service(EVERYTHING, defaults=dataclasses.replace(parts.defaults, key=None))


@pytest.mark.parametrize("concurrency", [0, 1001])
def test_concurrency_out_of_range_is_refused(concurrency: int) -> None:
    with pytest.raises(ValueError, match=f"max_concurrency must be from 1 to 1000, got {concurrency}"):
        Parts().service(PLAIN, max_concurrency=concurrency)
