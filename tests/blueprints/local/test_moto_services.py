"""moto keeps what ministack lacks."""

import json

import pytest

from blueprints.local.moto_services import MotoServices
from blueprints.local.operations import Request


@pytest.fixture(scope="module")
def moto() -> MotoServices:
    return MotoServices()


def ask(service: str, operation: str, **parameters: str) -> Request:
    signature = (
        f"AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/{service.lower()}/aws4_request, SignedHeaders=host, Signature=0"
    )
    headers = {"authorization": signature, "x-amz-target": f"{service}.{operation}", "content-type": "application/x-amz-json-1.1"}
    return Request("POST", "/", "", {**headers, "host": "127.0.0.1"}, json.dumps(parameters).encode())


def test_services_are_known_by_botocores_names(moto: MotoServices) -> None:
    assert moto.has("sagemaker")
    assert moto.has("application-autoscaling")
    assert not moto.has("kendra")


def test_what_is_written_can_be_read(moto: MotoServices) -> None:
    name = {"ModelName": "kept", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/a"}
    created = moto.answer(ask("SageMaker", "CreateModel", **name))
    assert created is not None
    assert created.status == 200
    listed = moto.answer(ask("SageMaker", "ListModels"))
    assert listed is not None
    assert [model["ModelName"] for model in json.loads(listed.body)["Models"]] == ["kept"]


def test_errors_are_answers_too(moto: MotoServices) -> None:
    answer = moto.answer(ask("SageMaker", "DescribeModel", ModelName="gone"))
    assert answer is not None
    assert answer.status == 400


def test_operations_that_moto_lacks_have_no_answer(moto: MotoServices) -> None:
    assert moto.answer(ask("SageMaker", "ListHubs")) is None
