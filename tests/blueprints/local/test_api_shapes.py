"""Values between CloudFormation's spelling, Step Functions' and that of the APIs."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import get_session

from blueprints.local.api_shapes import pascal_case, to_api, to_json


def shape(service: str, operation: str) -> Any:
    return get_session().get_service_model(service).operation_model(operation).input_shape


@pytest.mark.parametrize(
    ("service", "operation", "given", "expected"),
    [
        ("sfn", "StartExecution", {"StateMachineArn": "a", "Input": {"b": 1}}, {"stateMachineArn": "a", "input": '{"b": 1}'}),
        ("sqs", "SendMessage", {"MessageBody": "a", "DelaySeconds": "3"}, {"MessageBody": "a", "DelaySeconds": 3}),
        ("sqs", "CreateQueue", {"Attributes": {"FifoQueue": True}}, {"Attributes": {"FifoQueue": "true"}}),
        ("ec2", "CreateFlowLogs", {"ResourceIds": "vpc-1", "DryRun": "false"}, {"ResourceIds": ["vpc-1"], "DryRun": False}),
        ("lambda", "Invoke", {"Payload": {"a": 1}}, {"Payload": b'{"a": 1}'}),
        ("sagemaker", "CreateEndpointConfig", {"Unknown": 1}, {"Unknown": 1}),
        ("cloudwatch", "PutMetricAlarm", {"Threshold": "1.5"}, {"Threshold": 1.5}),
        ("s3vectors", "CreateVectorBucket", {"Tags": [{"Key": "a", "Value": "b"}]}, {"tags": {"a": "b"}}),
    ],
)
def test_values_take_the_form_of_the_api(service: str, operation: str, given: Any, expected: Any) -> None:
    assert to_api(shape({"sfn": "stepfunctions"}.get(service, service), operation), given) == expected


def test_answers_become_json() -> None:
    answer = {"Body": io.BytesIO(b"text"), "At": datetime(2026, 1, 2, tzinfo=UTC), "Rows": ({"Data": b"x"},), "ResponseMetadata": {}}
    assert to_json(answer) == {"Body": "text", "At": "2026-01-02T00:00:00+00:00", "Rows": [{"Data": "x"}]}


def test_names_begin_with_a_capital_as_step_functions_spells_them() -> None:
    assert pascal_case({"jobId": 1, "items": [{"aB": None}]}) == {"JobId": 1, "Items": [{"AB": None}]}


def test_names_that_users_give_stay_as_they_are() -> None:
    answered = get_session().get_service_model("dynamodb").operation_model("UpdateItem").output_shape
    item = {"Attributes": {"wanted": {"N": "1"}, "nested": {"M": {"inner": {"L": [{"S": "x"}]}}}}}
    assert pascal_case(item, answered) == item


def test_names_of_the_api_are_known_from_its_shape() -> None:
    answered = get_session().get_service_model("bedrock-agent").operation_model("GetIngestionJob").output_shape
    answer = {"ingestionJob": {"status": "FAILED", "failureReasons": ["x"], "statistics": {"numberOfDocumentsFailed": 1}}}
    expected = {"IngestionJob": {"Status": "FAILED", "FailureReasons": ["x"], "Statistics": {"NumberOfDocumentsFailed": 1}}}
    assert pascal_case(answer, answered) == expected
