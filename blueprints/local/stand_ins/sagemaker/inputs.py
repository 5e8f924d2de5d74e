"""Finds the objects that a job works on."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.naming import split


class InputError(RuntimeError):
    """The objects can't be read; the message is the job's failure reason."""


@dataclass(frozen=True)
class Found:
    """An object, and what it is called in the output."""

    bucket: str
    key: str
    name: str


def objects(source: Mapping[str, Any], role: ClientFactory, role_arn: str) -> list[Found]:
    """Returns the objects of a data source in their order.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformS3DataSource.html

    Raises:
        InputError: There are none, the role may not look, or the manifest is none.
    """
    try:
        bucket, key = split(source["S3Uri"])
        found = _listed(bucket, key, role) if source["S3DataType"] == "S3Prefix" else _manifest(bucket, key, role)
    except (ClientError, BotoCoreError) as error:
        raise InputError(_none(source["S3Uri"], role_arn, str(error))) from error
    except ValueError as error:
        raise InputError(f"ClientError: {error}") from error
    if not found:
        raise InputError(_none(source["S3Uri"], role_arn, ""))
    return found


def content(found: Found, role: ClientFactory, *, compressed: bool) -> bytes:
    """Returns an object's content.

    Raises:
        InputError: The role can't read it, or it is not compressed as the job says.
    """
    try:
        body: bytes = role("s3").get_object(Bucket=found.bucket, Key=found.key)["Body"].read()
        return gzip.decompress(body) if compressed else body
    except (ClientError, BotoCoreError, OSError, EOFError, zlib.error) as error:
        raise InputError(f"ClientError: {found.bucket}/{found.key}: {error}") from error


def _listed(bucket: str, prefix: str, role: ClientFactory) -> list[Found]:
    folder = prefix[: prefix.rfind("/") + 1]
    pages = role("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
    return [Found(bucket, key, key[len(folder) :]) for key in keys if not key.endswith("/")]


def _manifest(bucket: str, key: str, role: ClientFactory) -> list[Found]:
    """Reads a manifest: a prefix, and keys below it."""
    first, *names = json.loads(role("s3").get_object(Bucket=bucket, Key=key)["Body"].read()) or [None]
    if not isinstance(first, dict) or not isinstance(first.get("prefix"), str) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"the manifest s3://{bucket}/{key} must be a JSON list of an object with a prefix and of keys")
    place, prefix = split(first["prefix"])
    return [Found(place, f"{prefix}{name}", name.lstrip("/")) for name in names]


def _none(uri: str, role_arn: str, said: str) -> str:
    """Returns SageMaker's words for a data source without objects."""
    bucket, _ = split(uri)
    return (
        f'ClientError: No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists in the '
        f'selected region, that objects exist under that S3 prefix, and that the role "{role_arn}" has "s3:ListBucket" permissions on '
        f'bucket "{bucket}". {said}'
    ).strip()
