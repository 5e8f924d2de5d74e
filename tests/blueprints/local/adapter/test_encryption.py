"""Who may not use a key can neither read nor write what is encrypted with it."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

Deployed = tuple[dict[str, str], Callable[[str], Any], Callable[[str], Any]]
POLICY = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}]}
SERVICE_RIGHTS = raw.allow("s3:*", "sqs:*", "sns:*")


def deployed(aws: EmbeddedAws) -> Deployed:
    """A bucket, a queue and a topic with a key; clients without and with rights on it."""
    algorithm = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": raw.attribute("Key")}
    encryption = {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": algorithm}]}
    via = {"StringEquals": {"kms:ViaService": [f"{service}.us-east-1.amazonaws.com" for service in ("s3", "sqs", "sns")]}}
    resources = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": POLICY}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketEncryption": encryption}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": raw.ref("Key")}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": raw.ref("Key")}},
        "Without": raw.role(raw.ANYBODY, SERVICE_RIGHTS),
        "With": raw.role(
            raw.ANYBODY, SERVICE_RIGHTS, raw.allow("kms:Decrypt", "kms:GenerateDataKey", on=raw.attribute("Key"), Condition=via)
        ),
    }
    outputs = {"Bucket": raw.ref("Bucket"), "Queue": raw.ref("Queue"), "Topic": raw.ref("Topic"), "Key": raw.attribute("Key")}
    found = raw.deploy(aws, "encrypted", resources, {**outputs, "Without": raw.attribute("Without"), "With": raw.attribute("With")})
    aws.client("s3").put_object(Bucket=found["Bucket"], Key="present", Body=b"a")
    return found, raw.as_role(aws, found["Without"]), raw.as_role(aws, found["With"])


@pytest.fixture(scope="module")
def plain(plain_aws: EmbeddedAws) -> Deployed:
    return deployed(plain_aws)


@pytest.fixture(scope="module")
def adapted(adapted_aws: EmbeddedAws) -> Deployed:
    return deployed(adapted_aws)


USES: dict[str, tuple[Callable[[Callable[[str], Any], dict[str, str]], Any], str]] = {
    "writing an object": (lambda client, names: client("s3").put_object(Bucket=names["Bucket"], Key="b", Body=b"b"), "GenerateDataKey"),
    "reading an object": (lambda client, names: client("s3").get_object(Bucket=names["Bucket"], Key="present"), "Decrypt"),
    "sending a message": (lambda client, names: client("sqs").send_message(QueueUrl=names["Queue"], MessageBody="a"), "GenerateDataKey"),
    "receiving messages": (lambda client, names: client("sqs").receive_message(QueueUrl=names["Queue"]), "Decrypt"),
    "publishing": (lambda client, names: client("sns").publish(TopicArn=names["Topic"], Message="a"), "GenerateDataKey"),
}


@pytest.mark.long
@pytest.mark.parametrize(("use", "action"), USES.values(), ids=USES)
def test_ministack_asks_nobody_for_the_key(plain: Deployed, use: Callable[..., Any], action: str) -> None:
    names, without, _ = plain
    assert use(without, names)


@pytest.mark.parametrize(("use", "action"), USES.values(), ids=USES)
def test_encrypted_data_needs_its_key(adapted: Deployed, use: Callable[..., Any], action: str) -> None:
    names, without, allowed = adapted
    with pytest.raises(ClientError, match=f"not authorized to perform: kms:{action} on resource: {names['Key']}"):
        use(without, names)
    assert use(allowed, names)


def test_metadata_of_an_object_need_no_key(adapted: Deployed) -> None:
    names, without, _ = adapted
    assert without("s3").head_object(Bucket=names["Bucket"], Key="present")["ContentLength"] == 1
