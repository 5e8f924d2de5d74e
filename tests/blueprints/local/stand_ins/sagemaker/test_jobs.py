"""Jobs work through objects with the rights of the model's role."""

import gzip
from typing import Any

import pytest

from tests.blueprints.local.serving import MODEL, Served
from tests.waiting import until


def run(served: Served, uri: str = "s3://data/in/", **changes: Any) -> dict[str, Any]:
    """Starts a job and returns what became of it."""
    source = {"S3DataType": changes.pop("kind", "S3Prefix"), "S3Uri": uri}
    taken = {"DataSource": {"S3DataSource": source}, "ContentType": "text/csv", **changes.pop("taken", {})}
    output = {"S3OutputPath": "s3://data/out", **changes.pop("output", {})}
    if not served.sagemaker.list_models()["Models"]:
        served.model()
    served.sagemaker.create_transform_job(
        TransformJobName="job",
        ModelName="m",
        TransformInput=taken,
        TransformOutput=output,
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **changes,
    )
    return ended(served)


def ended(served: Served) -> dict[str, Any]:
    def told() -> Any:
        found = served.sagemaker.describe_transform_job(TransformJobName="job")
        return None if found["TransformJobStatus"] in ("InProgress", "Stopping") else found

    return dict(until(told))


@pytest.fixture
def served(served: Served) -> Served:
    served.put("in/a.csv", b"1\n2\n")
    return served


def test_each_object_becomes_one_below_the_output_path(served: Served) -> None:
    served.put("in/deep/b.csv", b"3\n")
    told = run(served)
    assert told["TransformJobStatus"] == "Completed"
    assert told["TransformStartTime"] <= told["TransformEndTime"]
    assert (served.got("out/a.csv.out"), served.got("out/deep/b.csv.out")) == (b"a:1\n2\n", b"a:3\n")
    assert [container.runs for container in served.containers] == [False]


def test_objects_are_cut_into_lines_and_assembled(served: Served) -> None:
    run(served, taken={"SplitType": "Line"}, output={"AssembleWith": "Line", "Accept": "text/x"}, BatchStrategy="SingleRecord")
    assert served.got("out/a.csv.out") == b"a:1\na:2\n"
    assert [asked[0] for asked in served.containers[0].asked] == [b"1\n", b"2\n"]
    assert served.containers[0].asked[0][2] == "text/x"


def test_requests_are_as_large_as_the_payload_may_be(served: Served) -> None:
    served.put("in/a.csv", (b"1" * 700_000 + b"\n") * 2)
    run(served, taken={"SplitType": "Line"}, MaxPayloadInMB=1)
    assert [len(asked[0]) for asked in served.containers[0].asked] == [700_001, 700_001]


def test_compressed_objects_keep_their_names(served: Served) -> None:
    served.put("in/a.csv", gzip.compress(b"1"))
    run(served, taken={"CompressionType": "Gzip"})
    assert served.got("out/a.csv.out") == b"a:1"


def test_answers_are_joined_with_their_records(served: Served) -> None:
    run(served, taken={"SplitType": "Line"}, DataProcessing={"JoinSource": "Input"}, BatchStrategy="SingleRecord")
    assert served.got("out/a.csv.out") == b"1,a:1\n2,a:2\n"


def test_containers_are_told_that_they_work_in_batch(served: Served) -> None:
    run(served, Environment={"A": "b"}, MaxPayloadInMB=2, MaxConcurrentTransforms=3)
    assert served.containers[0].spec.environment == {
        "A": "b",
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_BATCH_STRATEGY": "MULTI_RECORD",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "3",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "2",
    }


def test_an_object_that_fails_has_no_output_and_fails_the_job_after_the_others(served: Served) -> None:
    served.put("in/0.csv", b"415")
    told = run(served)
    assert told["TransformJobStatus"] == "Failed"
    assert told["FailureReason"].startswith("ClientError: See job logs for more information. data/in/0.csv: Received client error (415)")
    assert served.keys("out/") == ["out/a.csv.out"]


@pytest.mark.parametrize(("body", "retries", "asked"), [(b"500", 2, 3), (b"slow", 0, 1), (b"415", 2, 1)])
def test_a_model_that_fails_is_asked_again_unless_the_request_is_wrong(served: Served, body: bytes, retries: int, asked: int) -> None:
    served.put("in/a.csv", body)
    told = run(served, ModelClientConfig={"InvocationsMaxRetries": retries, "InvocationsTimeoutInSeconds": 9})
    assert told["FailureReason"].startswith("ClientError" if body == b"415" else "AlgorithmError")
    assert len(served.containers[0].asked) == asked
    assert served.containers[0].asked[0][3]["timeout"] == "9"


@pytest.mark.parametrize(
    ("denied", "reason"),
    [
        ("models/", "ClientError: Failed to download model data"),
        ("in/a.csv", "ClientError: data/in/a.csv: .*AccessDenied"),
        ("out/", "ClientError: Unable to upload the result to s3://data/out/a.csv.out: .*AccessDenied"),
        ("in/", "ClientError: No S3 objects found under S3 URL"),
    ],
)
def test_what_the_role_may_not_do_is_the_jobs_failure(served: Served, denied: str, reason: str) -> None:
    if denied == "in/":
        served.aws.s3.objects.clear()
        served.artifact("a")
    served.aws.s3.denied = [denied]
    assert pytest.RaisesExc(Exception, match=reason).matches(Exception(run(served)["FailureReason"]))


def test_a_model_that_does_not_start_is_the_jobs_failure(served: Served) -> None:
    served.artifact("a", broken=True)
    assert run(served)["FailureReason"].startswith("AlgorithmError: The primary container for production variant batch did not pass")


def test_results_are_encrypted_with_the_key_that_is_named(served: Served) -> None:
    run(served, output={"KmsKeyId": "key"})
    assert served.aws.s3.options["out/a.csv.out"]["SSEKMSKeyId"] == "key"


def test_a_job_can_be_stopped(served: Served) -> None:
    served.put("in/b.csv", b"1")
    served.model("m", MODEL)
    made = served._made

    def held(spec: Any) -> Any:
        container = made(spec)
        container.held.clear()
        return container

    served._made = held  # type: ignore[method-assign]
    served.sagemaker.create_transform_job(
        TransformJobName="job",
        ModelName="m",
        TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in/"}}},
        TransformOutput={"S3OutputPath": "s3://data/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    until(lambda: served.containers and served.containers[0].asked)
    served.sagemaker.stop_transform_job(TransformJobName="job")
    assert served.sagemaker.describe_transform_job(TransformJobName="job")["TransformJobStatus"] == "Stopping"
    served.containers[0].held.set()
    assert ended(served)["TransformJobStatus"] == "Stopped"
    assert served.keys("out/") == ["out/a.csv.out"]
