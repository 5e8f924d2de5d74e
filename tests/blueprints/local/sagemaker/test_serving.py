"""Requests go to variants, and others are told of them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.blueprints.local.serving import MODEL, VARIANT, Served
from tests.waiting import until

SERVERLESS = {"VariantName": "AllTraffic", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://data/captured",
    "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
}


def test_what_the_caller_says_reaches_the_container(served: Served) -> None:
    served.endpoint()
    served.ask(b"x", CustomAttributes="trace", InferenceId="i", Accept="application/json")
    [(body, content_type, accept, headers)] = served.containers[0].asked
    assert (body, content_type, accept) == (b"x", "text/csv", "application/json")
    assert headers["X-Amzn-SageMaker-Custom-Attributes"] == "trace"
    assert headers["X-Amzn-SageMaker-Inference-Id"] == "i"


def test_requests_go_to_the_variant_they_name(served: Served) -> None:
    served.model()
    served.artifact("b")
    served.model("n", {**MODEL, "ModelDataUrl": "s3://data/models/b.tar.gz"})
    served.endpoint(VARIANT, {**VARIANT, "VariantName": "Other", "ModelName": "n", "InitialVariantWeight": 0.0})
    assert served.ask(b"x") == b"a:x"
    assert served.ask(b"x", TargetVariant="Other") == b"b:x"
    with pytest.raises(ClientError, match="TargetVariant must be one of AllTraffic, Other, got Gone"):
        served.ask(TargetVariant="Gone")


@pytest.mark.parametrize(
    ("body", "status", "counts"),
    [(b"x", None, (0, 0, 0)), (b"415", 415, (1, 0, 1)), (b"500", 500, (0, 1, 1)), (b"slow", 0, (0, 1, 1))],
)
def test_answers_and_errors_of_models_are_counted(served: Served, body: bytes, status: int | None, counts: tuple[int, ...]) -> None:
    served.endpoint()
    if status is None:
        served.ask(body)
    else:
        with pytest.raises(ClientError) as failure:
            served.ask(body)
        assert failure.value.response["OriginalStatusCode"] == status  # type: ignore[typeddict-item]
    told = served.told()
    assert told["Invocations"] == [1]
    assert len(told["ModelLatency"]) == 1
    names = ("Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors")
    assert tuple(told[name][0] for name in names) == counts
    assert {dimensions for _, dimensions in served.metrics._values} == {(("EndpointName", "e"), ("VariantName", "AllTraffic"))}


def test_a_models_error_says_where_its_log_is(served: Served) -> None:
    served.endpoint()
    with pytest.raises(ClientError, match=r"\(ModelError\)") as failure:
        served.ask(b"503")
    told: Any = failure.value.response
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert told["OriginalMessage"] == "a:503"
    assert told["LogStreamArn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/e"
    assert told["Error"]["Message"].startswith(
        'Received server error (503) from primary with message "a:503". See https://us-east-1.console'
    )


def test_a_cold_start_is_told(served: Served) -> None:
    served.endpoint(SERVERLESS)
    served.ask()
    served.ask()
    assert len(served.told()["ModelSetupTime"]) == 1


def test_shadow_variants_get_copies_and_nobody_hears_of_their_errors(served: Served) -> None:
    served.model()
    served.artifact("b")
    served.model("n", {**MODEL, "ModelDataUrl": "s3://data/models/b.tar.gz"})
    served.endpoint(VARIANT, ShadowProductionVariants=[{**VARIANT, "VariantName": "Shadow", "ModelName": "n"}])
    assert served.ask(b"x") == b"a:x"
    shadow = served.containers[1]
    until(lambda: shadow.asked)
    assert shadow.asked[0][0] == b"x"
    with pytest.raises(ClientError):
        served.ask(b"500")
    assert served.ask(b"y") == b"a:y"


def test_what_is_captured_lies_below_the_endpoint_and_the_variant(served: Served) -> None:
    served.endpoint(DataCaptureConfig=CAPTURE)
    served.ask(b"x", InferenceId="i")
    [key] = until(lambda: served.keys("captured/e/AllTraffic/"))
    line = json.loads(served.got(key))
    assert line["captureData"]["endpointInput"]["data"] == "x"
    assert line["captureData"]["endpointOutput"]["data"] == "a:x"
    assert line["eventMetadata"]["inferenceId"] == "i"


def test_nothing_is_captured_unless_it_is_on(served: Served) -> None:
    served.endpoint(DataCaptureConfig={**CAPTURE, "EnableCapture": False})
    served.ask()
    served.serving._behind.shutdown()
    assert served.keys("captured/") == []
