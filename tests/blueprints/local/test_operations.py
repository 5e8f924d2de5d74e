"""Which operation a request asks for, and the protocols that services speak."""

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from blueprints.local.operations import Call, Request, Response, candidates, identify, json_error, parse, serialise, serialise_error


def sent(service: str, method: str, **parameters: Any) -> Request:
    """What boto3 would send."""
    client = boto3.client(service, region_name="us-east-1", endpoint_url="http://127.0.0.1:1")  # type: ignore[call-overload]
    caught: list[Request] = []

    def catch(request: Any, **_: Any) -> AWSResponse:
        path, _, query = request.url.removeprefix("http://127.0.0.1:1").partition("?")
        headers = {name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
        body = request.body.read() if hasattr(request.body, "read") else request.body or b""
        caught.append(Request(request.method, path, query, headers, body.encode() if isinstance(body, str) else body))
        raise StopIteration

    client.meta.events.register("before-send", catch)
    with pytest.raises(StopIteration):
        getattr(client, method)(**parameters)
    return caught[0]


REQUESTS = {
    "JSON": (("textract", "detect_document_text", {"Document": {"Bytes": b"abc"}}), Call("textract", "DetectDocumentText")),
    "REST and JSON": (("lambda", "invoke", {"FunctionName": "a", "Payload": b"{}"}), Call("lambda", "Invoke")),
    "REST and XML": (("s3", "get_object", {"Bucket": "bucket", "Key": "a b/ü+"}), Call("s3", "GetObject")),
    "a query string that decides": (("s3", "list_objects_v2", {"Bucket": "bucket"}), Call("s3", "ListObjectsV2")),
    "query": (("iam", "get_role", {"RoleName": "a"}), Call("iam", "GetRole")),
    "EC2": (("ec2", "describe_vpcs", {}), Call("ec2", "DescribeVpcs")),
    "CBOR": (("cloudwatch", "describe_alarms", {}), Call("cloudwatch", "DescribeAlarms")),
    "a shared signing name": (("bedrock-runtime", "invoke_model", {"modelId": "a", "body": b"{}"}), Call("bedrock-runtime", "InvokeModel")),
    "a signing name of its own": (
        ("stepfunctions", "start_execution", {"stateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:a"}),
        Call("stepfunctions", "StartExecution"),
    ),
}


@pytest.mark.parametrize(("request_", "call"), REQUESTS.values(), ids=REQUESTS)
def test_requests_are_identified(request_: tuple[str, str, dict[str, Any]], call: Call) -> None:
    service, method, parameters = request_
    assert identify(sent(service, method, **parameters)) == call


def test_requests_without_a_signature_are_nobodys() -> None:
    assert identify(Request("GET", "/bucket/key")) is None


def test_requests_to_services_that_do_not_exist_are_nobodys() -> None:
    signature = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/nonsense/aws4_request"
    assert identify(Request("POST", "/", "", {"authorization": signature})) is None


def test_signing_names_stand_for_one_or_several_services() -> None:
    assert candidates("textract") == ("textract",)
    assert candidates("states") == ("stepfunctions",)
    assert "bedrock-runtime" in candidates("bedrock")


def test_inputs_have_the_form_that_botocore_takes() -> None:
    request = sent("textract", "detect_document_text", Document={"Bytes": b"abc"})
    assert parse(Call("textract", "DetectDocumentText"), request) == {"Document": {"Bytes": b"abc"}}
    request = sent("bedrock-runtime", "invoke_model", modelId="a:0", body=b"{}")
    assert parse(Call("bedrock-runtime", "InvokeModel"), request) == {"modelId": "a:0", "body": b"{}"}


def test_answers_speak_the_services_protocol() -> None:
    response = serialise(Call("textract", "DetectDocumentText"), {"DocumentMetadata": {"Pages": 1}})
    assert response == Response(200, {"content-type": "application/x-amz-json-1.1"}, b'{"DocumentMetadata": {"Pages": 1}}')
    response = serialise(Call("bedrock-runtime", "InvokeModel"), {"body": b"text", "contentType": "text/plain"})
    assert (response.status, response.body, response.headers["content-type"]) == (200, b"text", "text/plain")


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (Call("textract", "DetectDocumentText"), b'{"__type": "Bad", "message": "a < b"}'),
        (Call("bedrock-runtime", "InvokeModel"), b'{"__type": "Bad", "message": "a < b"}'),
        (Call("iam", "GetRole"), b"<ErrorResponse><Error><Code>Bad</Code><Message>a &lt; b</Message></Error></ErrorResponse>"),
        (Call("s3", "GetObject"), b"<Error><Code>Bad</Code><Message>a &lt; b</Message></Error>"),
        (Call("ec2", "DescribeVpcs"), b"<Response><Errors><Error><Code>Bad</Code><Message>a &lt; b</Message></Error></Errors></Response>"),
    ],
)
def test_errors_speak_the_services_protocol(call: Call, body: bytes) -> None:
    response = serialise_error(call, "Bad", "a < b", 418)
    assert (response.status, response.headers["x-amzn-errortype"], response.body) == (418, "Bad", body)


def test_errors_that_are_nobodys_are_json() -> None:
    assert json_error("Bad", "no", 501).body == b'{"__type": "Bad", "message": "no"}'
    call = Call("sagemaker-runtime", "InvokeEndpoint")
    told = serialise_error(call, "ModelError", "no", 424, {"OriginalStatusCode": 500})
    assert told.body == b'{"__type": "ModelError", "message": "no", "OriginalStatusCode": 500}'
