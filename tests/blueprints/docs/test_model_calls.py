from typing import Any

import pytest

from blueprints.docs.model_calls import model_calls
from blueprints.docs.template import Template


def calls(body: dict[str, Any], role: str, action: str, resource: str, effect: str = "Allow") -> set[str]:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    body["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(statement)
    return model_calls(Template(body))


def model(model_id: str) -> str:
    return f"arn:aws:bedrock:eu-west-1::foundation-model/{model_id}"


@pytest.mark.parametrize(
    ("model_id", "driver"),
    [
        ("amazon.nova-lite-v1:0", "bedrock for answers"),
        ("somebody.new-model", "bedrock for answers"),
        ("amazon.titan-embed-text-v2:0", "bedrock for embeddings"),
        ("amazon.rerank-v1:0", "bedrock for reranking"),
    ],
)
def test_a_model_is_billed_by_its_kind(body: dict[str, Any], model_id: str, driver: str) -> None:
    assert calls(body, "StartRole", "bedrock:InvokeModel", model(model_id)) == {driver}


def test_streamed_answers_are_answers(body: dict[str, Any]) -> None:
    assert calls(body, "StartRole", "bedrock:InvokeModelWithResponseStream", model("amazon.nova-lite-v1:0")) == {"bedrock for answers"}


def test_a_model_of_text_reads_documents_for_a_knowledge_base(body: dict[str, Any]) -> None:
    trust = body["Resources"]["NoticeRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Principal"]["Service"] = "bedrock.amazonaws.com"
    assert calls(body, "NoticeRole", "bedrock:InvokeModel", model("amazon.nova-pro-v1:0")) == {"bedrock for parsing"}


@pytest.mark.parametrize(
    ("action", "driver"),
    [("bedrock:ApplyGuardrail", "bedrock guardrails"), ("bedrock:InvokeDataAutomationAsync", "bedrock for data automation")],
)
def test_guardrails_and_data_automation_are_billed_by_themselves(body: dict[str, Any], action: str, driver: str) -> None:
    assert calls(body, "StartRole", action, "*") == {driver}


def test_what_is_denied_and_profiles_alone_are_not_billed(body: dict[str, Any]) -> None:
    assert calls(body, "StartRole", "bedrock:InvokeModel", model("amazon.nova-lite-v1:0"), effect="Deny") == set()
    assert calls(body, "StartRole", "bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1:1:inference-profile/x") == set()
