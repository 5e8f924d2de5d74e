"""Who answers, and for which resource rights are checked."""

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.core import router

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw


def read_where_tls_is_demanded(aws: EmbeddedAws) -> bytes:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="tls-only")
    s3.put_object(Bucket="tls-only", Key="a", Body=b"a")
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    arns = ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"]
    policy = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": arns, "Condition": insecure}
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps({"Version": "2012-10-17", "Statement": [policy]}))
    outputs = raw.deploy(aws, "reader", {"Role": raw.role(raw.ANYBODY, raw.allow("s3:GetObject"))}, {"Role": raw.attribute("Role")})
    body: bytes = raw.as_role(aws, outputs["Role"])("s3").get_object(Bucket="tls-only", Key="a")["Body"].read()
    return body


@pytest.mark.long
def test_ministack_takes_loopback_for_insecure(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        read_where_tls_is_demanded(plain_aws)


def test_loopback_counts_as_tls(adapted_aws: EmbeddedAws) -> None:
    assert read_where_tls_is_demanded(adapted_aws) == b"a"


def ask_a_model(aws: EmbeddedAws) -> str:
    messages = [{"role": "user", "content": [{"text": "Hello"}]}]
    answer = aws.client("bedrock-runtime").converse(modelId="anthropic.claude-3-haiku-20240307-v1:0", messages=messages)
    return str(answer["output"]["message"]["content"][0]["text"])


@pytest.mark.long
def test_ministack_makes_answers_of_models_up(plain_aws: EmbeddedAws) -> None:
    assert "mock" in ask_a_model(plain_aws)


CALLS: dict[str, Callable[[EmbeddedAws], Any]] = {
    "an answer over documents": lambda aws: aws.client("bedrock-agent-runtime").retrieve_and_generate(input={"text": "Hello"}),
    "documents given directly": lambda aws: aws.client("bedrock-agent").ingest_knowledge_base_documents(
        knowledgeBaseId="ABCDEFGHIJ", dataSourceId="ABCDEFGHIJ", documents=[{"content": {"dataSourceType": "CUSTOM"}}]
    ),
    "a canned answer of moto": lambda aws: aws.client("rekognition").detect_labels(Image={"Bytes": b"a"}),
    "an operation of a service that nobody has": lambda aws: aws.client("kendra").list_indices(),
    "an operation that ministack lacks": lambda aws: aws.client("cloudwatch").get_metric_widget_image(MetricWidget="{}"),
    "an operation over XML": lambda aws: aws.client("iam").get_human_readable_summary(EntityArn="arn:aws:iam::123456789012:role/x"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_nobody_implements_is_refused_loudly(adapted_aws: EmbeddedAws, call: Callable[[EmbeddedAws], Any]) -> None:
    with pytest.raises(ClientError, match="does not implement") as refusal:
        call(adapted_aws)
    assert refusal.value.response["Error"]["Code"] == "NotImplemented"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert refusal.value.response["ResponseMetadata"]["HTTPHeaders"]["x-local-provenance"] == "not implemented"


@pytest.mark.long
def test_ministack_takes_what_it_lacks_for_a_mistake_of_the_caller(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="InvalidAction") as refusal:
        plain_aws.client("cloudwatch").get_metric_widget_image(MetricWidget="{}")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.long
def test_ministack_reads_the_models_of_all_services_when_it_meets_one_that_it_lacks() -> None:
    assert router._KNOWN_AWS_SERVICE_NAMES is None
    assert "session.get_service_model(service)" in inspect.getsource(router._is_aws_service_name)


def test_services_that_ministack_lacks_are_kept_by_moto(adapted_aws: EmbeddedAws) -> None:
    sagemaker = adapted_aws.client("sagemaker")
    answer = sagemaker.create_experiment(ExperimentName="a")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-local-provenance"] == "stored only"
    assert sagemaker.list_experiments()["ExperimentSummaries"][0]["ExperimentName"] == "a"


def test_rights_are_checked_for_what_others_answer(adapted_aws: EmbeddedAws) -> None:
    nobody = raw.deploy(adapted_aws, "nobody", {"Role": raw.role(raw.ANYBODY)}, {"Role": raw.attribute("Role")})["Role"]
    client = raw.as_role(adapted_aws, nobody)
    with pytest.raises(ClientError, match="not authorized to perform: textract:DetectDocumentText"):
        client("textract").detect_document_text(Document={"Bytes": b"a"})
    with pytest.raises(ClientError, match="not authorized to perform: sagemaker:ListModels"):
        client("sagemaker").list_models()


def test_moves_are_allowed_queue_by_queue(adapted_aws: EmbeddedAws) -> None:
    own = raw.allow("sqs:ListMessageMoveTasks", on=raw.attribute("Own"))
    resources = {name: {"Type": "AWS::SQS::Queue"} for name in ("Own", "Other")}
    outputs = {name: raw.attribute(name) for name in (*resources, "Role")}
    arns = raw.deploy(adapted_aws, "mover", {**resources, "Role": raw.role(raw.ANYBODY, own)}, outputs)
    sqs = raw.as_role(adapted_aws, arns["Role"])("sqs")
    assert sqs.list_message_move_tasks(SourceArn=arns["Own"])["Results"] == []
    with pytest.raises(ClientError, match=r"not authorized|denied"):
        sqs.list_message_move_tasks(SourceArn=arns["Other"])


@pytest.mark.long
def test_ministack_cannot_move_messages(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="InvalidAction"):
        plain_aws.client("sqs").list_message_move_tasks(SourceArn="arn:aws:sqs:us-east-1:123456789012:a")
