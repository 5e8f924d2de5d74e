"""InvokeModel gives vectors, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime import invocation
from blueprints.local.stand_ins.bedrock_runtime.invocation import invoke_model

TITAN = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"


def test_the_body_holds_the_vector(bedrock: Any, misfits: Any) -> None:
    answer = invoke_model({"modelId": TITAN, "body": b'{"inputText": "hello", "dimensions": 256}'}, bedrock())
    assert misfits("bedrock-runtime", "InvokeModel", answer) == []
    assert (answer["contentType"], len(json.loads(answer["body"])["embedding"])) == ("application/json", 256)


@pytest.mark.parametrize("model", ["amazon.nova-lite-v1:0", "amazon.rerank-v1:0", "us.anthropic.claude-sonnet-4-6"])
def test_text_is_not_written_by_it(model: str, bedrock: Any) -> None:
    with pytest.raises(StandInError, match=r"answers InvokeModel for amazon.titan-embed-text\*.* got .*; text is written by Converse"):
        invoke_model({"modelId": model, "body": b"{}"}, bedrock())


@pytest.mark.parametrize("body", [b"", b"hello", b"[]"])
def test_refuses_a_body_that_is_no_object(body: bytes, bedrock: Any) -> None:
    with pytest.raises(StandInError, match="ValidationException: Malformed input request"):
        invoke_model({"modelId": TITAN, "body": body}, bedrock())


def test_refuses_a_body_that_is_too_large(bedrock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation, "MAX_BODY_BYTES", 10)
    with pytest.raises(StandInError, match="body must have at most 10 bytes, got 22"):
        invoke_model({"modelId": TITAN, "body": b'{"inputText": "hello"}'}, bedrock())
