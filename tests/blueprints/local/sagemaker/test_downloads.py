"""Artifacts come from S3, as the role may read them."""

from pathlib import Path
from typing import Any

import pytest

from blueprints.local.sagemaker.downloads import DownloadError, fetch, source_of
from tests.blueprints.local.serving import Served


def source(uri: str, kind: str, compression: str) -> dict[str, Any]:
    return {"ModelDataSource": {"S3DataSource": {"S3Uri": uri, "S3DataType": kind, "CompressionType": compression}}}


@pytest.mark.parametrize(
    ("container", "found"),
    [
        ({"ModelDataUrl": "s3://a/b"}, ("s3://a/b", True, "S3Object")),
        ({"ArtifactUrl": "s3://a/b"}, ("s3://a/b", True, "S3Object")),
        (source("s3://a/b/", "S3Prefix", "None"), ("s3://a/b/", False, "S3Prefix")),
        ({}, ("", True, "S3Object")),
    ],
)
def test_containers_say_where_their_artifact_is(container: dict[str, Any], found: tuple[str, bool, str]) -> None:
    assert source_of(container) == found


def test_an_archive_is_unpacked_whatever_it_is_called(served: Served, tmp_path: Path) -> None:
    served.put("assets/abc.gz", served.got("models/a.tar.gz"))
    fetch({"ModelDataUrl": "s3://data/assets/abc.gz"}, tmp_path / "model", served.aws)
    assert (tmp_path / "model" / "name").read_text() == "a"


def test_files_below_a_prefix_keep_their_folders(served: Served, tmp_path: Path) -> None:
    served.put("llm/config.json", b"{}")
    served.put("llm/adapters/one/weights", b"w")
    served.put("llm/folder/", b"")
    fetch(source("s3://data/llm/", "S3Prefix", "None"), tmp_path, served.aws)
    assert (tmp_path / "config.json").read_bytes() == b"{}"
    assert (tmp_path / "adapters" / "one" / "weights").read_bytes() == b"w"


def test_one_object_keeps_its_name(served: Served, tmp_path: Path) -> None:
    served.put("single/model.bin", b"m")
    fetch(source("s3://data/single/model.bin", "S3Object", "None"), tmp_path, served.aws)
    assert (tmp_path / "model.bin").read_bytes() == b"m"


def test_a_container_may_have_no_artifact(served: Served, tmp_path: Path) -> None:
    fetch({}, tmp_path / "model", served.aws)
    assert list((tmp_path / "model").iterdir()) == []


@pytest.mark.parametrize(
    ("container", "reason"),
    [
        ({"ModelDataUrl": "s3://data/gone.tar.gz"}, "NoSuchKey"),
        ({"ModelDataUrl": "s3://gone/model.tar.gz"}, "NoSuchBucket"),
        ({"ModelDataUrl": "s3://data/broken.tar.gz"}, "must be a gzip-compressed tar archive"),
        (source("s3://data/none/", "S3Prefix", "None"), "there is no object below this prefix"),
        (source("s3://gone/none/", "S3Prefix", "None"), "NoSuchBucket"),
        (source("s3://data/evil", "S3Prefix", "None"), "keys below a prefix must stay inside it"),
    ],
)
def test_what_can_not_be_read_is_told(served: Served, tmp_path: Path, container: dict[str, Any], reason: str) -> None:
    served.put("broken.tar.gz", b"no archive")
    served.put("evil/../../a", b"")
    with pytest.raises(DownloadError, match=reason):
        fetch(container, tmp_path, served.aws)
