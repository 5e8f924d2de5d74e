"""What emptying a bucket takes."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import ClientError

PAGE = 1000
MARGIN_SECONDS = 60

logger = Logger()


class NotEmptiedError(Exception):
    """Objects are left in the bucket."""


@cache
def s3() -> Any:
    """The client, made once."""
    return boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30))


def empty(bucket: str, arn: str, *, seconds_left: Callable[[], float]) -> int:
    """Closes ``bucket`` to new objects, deletes every version and delete marker, and returns how many there were.

    Args:
        bucket: Its name; one that doesn't exist is empty.
        arn: Its ARN.
        seconds_left: How long this may still take.

    Raises:
        NotEmptiedError: S3 refused to delete an object, or there are too many for one run.
    """
    deleted = 0
    try:
        close(bucket, arn)
        for versions in pages(bucket):
            if seconds_left() < MARGIN_SECONDS:
                raise NotEmptiedError(f"{deleted} versions are deleted and more are left: delete the stack again")
            delete(bucket, versions)
            deleted += len(versions)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    logger.info("emptied", versions=deleted)
    return deleted


def close(bucket: str, arn: str) -> None:
    """Denies everybody, the delivery of access logs included, to put objects into ``bucket``."""
    policy = _policy(bucket)
    policy["Statement"].append({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"{arn}/*"})
    s3().put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def pages(bucket: str) -> Iterator[list[dict[str, str]]]:
    """Yields what is left in ``bucket``, up to ``PAGE`` versions at a time, always from the start."""
    while True:
        answer = s3().list_object_versions(Bucket=bucket, MaxKeys=PAGE)
        found = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
        if not found:
            return
        yield [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in found]


def delete(bucket: str, versions: list[dict[str, str]]) -> None:
    """Deletes ``versions``, of which S3 may refuse some and take the others."""
    refused = s3().delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True}).get("Errors", [])
    if refused:
        raise NotEmptiedError(f"{len(refused)} versions couldn't be deleted, the first with {refused[0]['Code']}")


def _policy(bucket: str) -> dict[str, Any]:
    try:
        policy: dict[str, Any] = json.loads(s3().get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return {"Version": "2012-10-17", "Statement": []}
    return policy
