"""The runtime API, as clients meet it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.sagemaker_runtime.stand_in import SageMakerRuntimeStandIn
from tests.blueprints.local.serving import MODEL, Served

SERVERLESS = {"VariantName": "AllTraffic", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


def refused(served: Served, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refusal:
        served.runtime.invoke_endpoint(**{"EndpointName": "e", "Body": b"x", "ContentType": "text/csv", **request})
    response = refusal.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_an_answer_has_the_models_format_and_the_variant(served: Served) -> None:
    served.endpoint()
    answer = served.runtime.invoke_endpoint(EndpointName="e", Body=b"x", ContentType="text/csv")
    assert answer["Body"].read() == b"a:x"
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("text/csv", "AllTraffic")


def test_bytes_stay_as_they_are(served: Served) -> None:
    served.endpoint()
    assert served.ask(bytes(range(256))) == b"a:" + bytes(range(256))


def test_answers_are_streamed_in_the_parts_in_which_they_came(served: Served) -> None:
    served.endpoint()
    answer = served.runtime.invoke_endpoint_with_response_stream(EndpointName="e", Body=b"x", ContentType="text/csv")
    assert [event["PayloadPart"]["Bytes"] for event in answer["Body"]] == [b"a:", b"x"]
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("text/csv", "AllTraffic")
    assert served.containers[0].asked[0][3]["timeout"] == "480"


def test_a_serverless_endpoint_has_limits_of_its_own(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.endpoint(SERVERLESS)
    assert refused(served, Body=b"1" * (4 * 1024**2 + 1)) == ("ValidationError", 400)
    monkeypatch.setattr("blueprints.local.sagemaker.limits.SERVERLESS_BYTES", 3)
    assert served.ask(b"x") == b"a:x"
    assert refused(served, Body=b"xy") == ("ValidationError", 400)
    with pytest.raises(ClientError, match="A serverless endpoint can't stream its responses"):
        served.runtime.invoke_endpoint_with_response_stream(EndpointName="e", Body=b"x")


def test_an_endpoint_with_instances_takes_six_megabytes(served: Served) -> None:
    served.endpoint()
    assert len(served.ask(b"1" * 6_291_456)) == 6_291_458
    assert refused(served, Body=b"1" * 6_291_457) == ("413", 413)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [(b"415", ("ModelError", 424)), (b"500", ("ModelError", 424)), (b"slow", ("ModelError", 424)), (b"crash", ("ModelError", 424))],
)
def test_models_that_fail_have_the_apis_error(served: Served, body: bytes, refusal: tuple[str, int]) -> None:
    served.endpoint()
    assert refused(served, Body=body) == refusal


def test_what_was_never_deployed_is_refused(served: Served) -> None:
    assert refused(served, EndpointName="gone") == ("ValidationError", 400)


def test_requests_are_checked_by_the_services_model(served: Served) -> None:
    served.endpoint()
    assert refused(served, TargetVariant="a-") == ("ValidationError", 400)


def test_many_models_are_asked_by_name(served: Served) -> None:
    served.artifact("b")
    served.model("m", {**MODEL, "Mode": "MultiModel", "ModelDataUrl": "s3://data/models"})
    served.endpoint()
    assert served.ask(b"x", TargetModel="b.tar.gz") == b"b:x"
    assert refused(served, TargetModel="gone.tar.gz") == ("ValidationError", 400)
    assert refused(served) == ("ValidationError", 400)


def test_models_that_are_not_ready_are_asked_later(served: Served) -> None:
    served.artifact("b")
    served.model("m", {**MODEL, "Mode": "MultiModel", "ModelDataUrl": "s3://data/models"})
    served.endpoint()
    served.containers[0].fits = 0
    request = {"EndpointName": "e", "TargetModel": "b.tar.gz", "Body": b""}
    with pytest.raises(StandInError, match="ModelNotReadyException") as refusal:  # a client would try again for seconds
        SageMakerRuntimeStandIn(served.serving).answer("InvokeEndpoint", request, served.aws)
    assert refusal.value.status == 429
