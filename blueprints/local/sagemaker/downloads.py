"""Fetches the artifacts of models from S3, with the rights of the models' roles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.artifacts import ArtifactError, unpack
from blueprints.local.sagemaker.naming import split


class DownloadError(RuntimeError):
    """What a role wanted to read is not there, not allowed, or no artifact.

    Args:
        uri: Its address.
        reason: What S3 said.
    """

    def __init__(self, uri: str, reason: str) -> None:
        super().__init__(f"{uri}: {reason}")
        self.uri, self.reason = uri, reason


def source_of(container: Mapping[str, Any]) -> tuple[str, bool, str]:
    """Returns the address of a container's artifact, whether it is an archive, and whether one object or what is below a prefix."""
    source = (container.get("ModelDataSource") or {}).get("S3DataSource")
    if source:
        return source["S3Uri"], source["CompressionType"] == "Gzip", source["S3DataType"]
    return container.get("ModelDataUrl") or container.get("ArtifactUrl") or "", True, "S3Object"


def fetch(container: Mapping[str, Any], into: Path, role: ClientFactory) -> None:
    """Puts the artifact of a container, if it has one, into the folder ``into``.

    https://docs.aws.amazon.com/sagemaker/latest/dg/large-model-inference-uncompressed.html

    Raises:
        DownloadError: The role can't read it, or it is no archive.
    """
    into.mkdir(parents=True, exist_ok=True)
    uri, archive, kind = source_of(container)
    if not uri:
        return
    if archive:
        fetch_archive(uri, into, role)
    elif kind == "S3Object":
        bucket, key = split(uri)
        (into / PurePosixPath(key).name).write_bytes(_content(uri, bucket, key, role))
    else:
        _fetch_prefix(uri, into, role)


def fetch_archive(uri: str, into: Path, role: ClientFactory) -> int:
    """Unpacks the archive at ``uri`` into a folder and returns its size.

    Raises:
        DownloadError: The role can't read it, or it is no archive.
    """
    bucket, key = split(uri)
    try:
        return unpack(_content(uri, bucket, key, role), into)
    except ArtifactError as error:
        raise DownloadError(uri, str(error)) from error


def _fetch_prefix(uri: str, into: Path, role: ClientFactory) -> None:
    bucket, prefix = split(uri)
    found = 0
    try:
        for page in role("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                if not each["Key"].endswith("/"):
                    _write(into, each["Key"][len(prefix) :].lstrip("/"), _content(uri, bucket, each["Key"], role), uri)
                    found += 1
    except (ClientError, BotoCoreError) as error:
        raise DownloadError(uri, str(error)) from error
    if not found:
        raise DownloadError(uri, "there is no object below this prefix")


def _write(into: Path, name: str, content: bytes, uri: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise DownloadError(uri, f"keys below a prefix must stay inside it, got {name!r}")
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _content(uri: str, bucket: str, key: str, role: ClientFactory) -> bytes:
    try:
        content: bytes = role("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except (ClientError, BotoCoreError) as error:
        raise DownloadError(uri, str(error)) from error
    return content
