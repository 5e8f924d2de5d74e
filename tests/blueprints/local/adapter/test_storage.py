"""S3 and Secrets Manager: what ministack lacks, and what the adapter makes of it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

CONFIGURED = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "some-key"}}
            ]
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "Expire",
                    "Status": "Enabled",
                    "Prefix": "work/",
                    "ExpirationInDays": 7,
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                    "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
                }
            ]
        },
        "LoggingConfiguration": {"DestinationBucketName": {"Ref": "Logs"}, "LogFilePrefix": "access/"},
        "Tags": [{"Key": "purpose", "Value": "tests"}],
    },
}


def configuration(aws: EmbeddedAws) -> dict[str, Any]:
    """What S3 tells of a bucket that CloudFormation configured."""
    resources = {"Bucket": CONFIGURED, "Logs": {"Type": "AWS::S3::Bucket"}}
    bucket = raw.deploy(aws, "configured-bucket", resources, {"Bucket": raw.ref("Bucket")})["Bucket"]
    s3 = aws.client("s3")
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError:
        tags = rules = []
    logging = s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled", {})
    algorithm = encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    return {"encryption": algorithm, "rules": rules, "logging": logging.get("TargetPrefix"), "tags": tags}


@pytest.mark.long
def test_ministack_drops_the_configuration_of_buckets(plain_aws: EmbeddedAws) -> None:
    assert configuration(plain_aws) == {"encryption": "AES256", "rules": [], "logging": None, "tags": []}


def test_buckets_keep_their_configuration(adapted_aws: EmbeddedAws) -> None:
    found = configuration(adapted_aws)
    (rule,) = found.pop("rules")
    assert found == {"encryption": "aws:kms", "logging": "access/", "tags": [{"Key": "purpose", "Value": "tests"}]}
    assert (rule["ID"], rule["Filter"], rule["Expiration"]) == ("Expire", {"Prefix": "work/"}, {"Days": 7})
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 3
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rule["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]


def put_with_the_managed_key(aws: EmbeddedAws) -> str:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="managed-key")
    return str(s3.put_object(Bucket="managed-key", Key="a", Body=b"a", ServerSideEncryption="aws:kms")["SSEKMSKeyId"])


@pytest.mark.long
def test_ministack_knows_no_managed_key(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="requires a key id"):
        put_with_the_managed_key(plain_aws)


def test_the_managed_key_is_the_default(adapted_aws: EmbeddedAws) -> None:
    assert put_with_the_managed_key(adapted_aws) == "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"


def destroy_with_an_object(aws: EmbeddedAws) -> str:
    bucket = raw.deploy(aws, "full-bucket", {"Bucket": {"Type": "AWS::S3::Bucket"}}, {"Bucket": raw.ref("Bucket")})["Bucket"]
    aws.client("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    return raw.destroy(aws, "full-bucket")


@pytest.mark.long
def test_ministack_deletes_buckets_with_what_is_in_them(plain_aws: EmbeddedAws) -> None:
    assert destroy_with_an_object(plain_aws) == "DELETE_COMPLETE"


def test_full_buckets_stay(adapted_aws: EmbeddedAws) -> None:
    assert destroy_with_an_object(adapted_aws) == "DELETE_FAILED"
    (bucket,) = [found for found in adapted_aws.report()["resources"] if found["stack"] == "full-bucket"]
    assert bucket["state"] == "deletion failed"
    assert "not empty" in bucket["reason"]


def secret(aws: EmbeddedAws) -> str:
    template = {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {"PasswordLength": 20}}}}
    return raw.deploy(aws, "one-secret", template, {"Ref": raw.ref("Secret")})["Ref"]


@pytest.mark.long
def test_ministack_knows_secrets_by_their_name(plain_aws: EmbeddedAws) -> None:
    assert not secret(plain_aws).startswith("arn:")


def test_secrets_are_known_by_their_arn(adapted_aws: EmbeddedAws) -> None:
    arn = secret(adapted_aws)
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:")
    assert adapted_aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    assert raw.destroy(adapted_aws, "one-secret") == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        adapted_aws.client("secretsmanager").describe_secret(SecretId=arn)
