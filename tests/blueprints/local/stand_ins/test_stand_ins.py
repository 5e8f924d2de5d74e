"""The stand-ins keep the protocol, and loading them loads no model."""

from __future__ import annotations

import subprocess
import sys

import pytest
from botocore.session import get_session

from blueprints.local import stand_ins
from blueprints.local.stand_ins import StandIn, StandInError

SERVICES = {"bedrock-agent", "bedrock-agent-runtime", "bedrock-runtime", "comprehend", "s3vectors", "textract"}
HEAVY = (
    "onnxruntime",
    "cv2",
    "rapidocr_onnxruntime",
    "pypdfium2",
    "PIL",
    "numpy",
    "py3langid",
    "vaderSentiment",
    "tokenizers",
    "safetensors",
    "jsii",
)


def test_there_is_one_for_each_service() -> None:
    found = stand_ins.ALL()
    assert {each.service for each in found} == SERVICES
    assert all(isinstance(each, StandIn) for each in found)
    assert stand_ins.ALL()[0] is not found[0]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_operation_answered_is_one_that_aws_has(service: str) -> None:
    stand_in = next(each for each in stand_ins.ALL() if each.service == service)
    assert stand_in.operations <= set(get_session().get_service_model(service).operation_names)


def test_models_are_loaded_at_first_use_only() -> None:
    program = f"import sys; from blueprints.local.stand_ins import ALL; ALL(); sys.exit(', '.join(set({HEAVY}) & set(sys.modules)) or 0)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_error_has_a_code_a_message_and_a_status() -> None:
    error = StandInError("InvalidJobIdException", "Request has invalid Job Id")
    assert (error.code, error.message, error.status) == ("InvalidJobIdException", "Request has invalid Job Id", 400)
    assert str(error) == "InvalidJobIdException: Request has invalid Job Id"
    assert StandInError("InternalServerError", "", 500).status == 500
