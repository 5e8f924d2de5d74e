"""Adaptations of ministack's S3 and Secrets Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.local.adapter.patching import replace_everywhere


def buckets_keep_their_configuration() -> None:
    """A bucket's tags, encryption, lifecycle and logging are dropped; without tags ``autoDeleteObjects`` refuses to empty it."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    provisioners._S3_BUCKET_CONFIGURATIONS = (
        *provisioners._S3_BUCKET_CONFIGURATIONS,
        ("Tags", _tags, s3._put_bucket_tagging, s3._delete_bucket_tagging),
        ("BucketEncryption", _encryption, s3._put_bucket_encryption, s3._delete_bucket_encryption),
        ("LifecycleConfiguration", _lifecycle, s3._put_bucket_lifecycle, s3._delete_bucket_lifecycle),
        ("LoggingConfiguration", _logging, s3._put_bucket_logging, lambda name: s3._bucket_logging_config.pop(name, None)),
    )


def _tags(tags: list[dict[str, str]]) -> bytes:
    return _body("PutBucketTagging", "Tagging", {"TagSet": tags})


def _encryption(encryption: Mapping[str, Any]) -> bytes:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": str(rule.get("BucketKeyEnabled", False)).lower() == "true",
        }
        for rule in encryption["ServerSideEncryptionConfiguration"]
    ]
    return _body("PutBucketEncryption", "ServerSideEncryptionConfiguration", {"Rules": rules})


def _lifecycle(configuration: Mapping[str, Any]) -> bytes:
    return _body("PutBucketLifecycleConfiguration", "LifecycleConfiguration", {"Rules": [_rule(rule) for rule in configuration["Rules"]]})


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a lifecycle rule in the API's words."""
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    unfinished = rule.get("AbortIncompleteMultipartUpload")
    found = {
        "ID": rule.get("Id"),
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
        "Expiration": {name: value for name, value in expiration.items() if value is not None},
        "NoncurrentVersionExpiration": rule.get("NoncurrentVersionExpiration"),
        "AbortIncompleteMultipartUpload": unfinished,
        "Transitions": [
            {"Days": transition["TransitionInDays"], "StorageClass": transition["StorageClass"]}
            for transition in rule.get("Transitions", [])
            if "TransitionInDays" in transition
        ],
    }
    return {name: value for name, value in found.items() if value}


def _logging(logging: Mapping[str, Any]) -> bytes:
    if "DestinationBucketName" not in logging:
        return _body("PutBucketLogging", "BucketLoggingStatus", {})
    target = {"TargetBucket": logging["DestinationBucketName"], "TargetPrefix": logging.get("LogFilePrefix", "")}
    return _body("PutBucketLogging", "BucketLoggingStatus", {"LoggingEnabled": target})


def _body(operation: str, member: str, value: Any) -> bytes:
    """Returns the body of the S3 request that sets ``member`` to ``value``."""
    from botocore.serialize import create_serializer
    from moto.core.utils import get_service_model

    from blueprints.local.api_shapes import to_api

    model = get_service_model("s3").operation_model(operation)
    taken = to_api(model.input_shape.members[member], value)
    body = create_serializer("rest-xml").serialize_to_request({"Bucket": "bucket", member: taken}, model)["body"]
    return body if isinstance(body, bytes) else body.encode()


def managed_key_is_the_default() -> None:
    """S3 encrypts with the account's own key ``aws/s3`` when a request names none; ministack refuses the request."""
    from ministack.core import responses
    from ministack.services import s3

    resolve = s3._resolve_sse_write_headers
    key = "x-amz-server-side-encryption-aws-kms-key-id"

    def resolve_with_default(headers: dict[str, str], bucket: str) -> Any:
        if headers.get("x-amz-server-side-encryption") == "aws:kms" and not headers.get(key):
            alias = f"arn:aws:kms:{responses.get_region()}:{responses.get_account_id()}:alias/aws/s3"
            headers = {**headers, key: alias}
        return resolve(headers, bucket)

    replace_everywhere(resolve, resolve_with_default)


def full_buckets_stay() -> None:
    """CloudFormation does not delete a bucket that holds objects; ministack deletes both."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    delete = handler["delete"]

    def delete_empty(name: str, properties: dict[str, Any]) -> None:
        if name in s3._buckets:
            status, _, body = s3._delete_bucket(name)
            if status == 409:
                raise ValueError(f"The bucket you tried to delete is not empty (Service: S3, Status Code: 409): {body.decode()}")
        delete(name, properties)

    handler["delete"] = delete_empty


def secrets_are_known_by_their_arn() -> None:
    """``Ref`` of a secret returns its ARN; ministack's returns its name."""
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def name_of(arn: str) -> str:
        return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)

    def with_arn(created: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        return created[1]["Arn"], created[1]

    handler["create"] = lambda *arguments: with_arn(create(*arguments))
    handler["update"] = lambda arn, *rest: with_arn(update(name_of(arn), *rest))
    handler["delete"] = lambda arn, properties: delete(name_of(arn), properties)
