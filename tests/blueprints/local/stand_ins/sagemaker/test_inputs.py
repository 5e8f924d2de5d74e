"""The objects that a job works on."""

import gzip
import json

import pytest

from blueprints.local.stand_ins.sagemaker.inputs import Found, InputError, content, objects
from tests.blueprints.local.serving import ROLE, Served


def source(uri: str, kind: str = "S3Prefix") -> dict[str, str]:
    return {"S3Uri": uri, "S3DataType": kind}


def test_a_prefix_has_all_objects_below_it(served: Served) -> None:
    for key in ("in/a.csv", "in/deep/b.csv", "in/folder/", "other/c.csv"):
        served.put(key, b"")
    assert objects(source("s3://data/in/"), served.aws, ROLE) == [
        Found("data", "in/a.csv", "a.csv"),
        Found("data", "in/deep/b.csv", "deep/b.csv"),
    ]


def test_a_prefix_may_be_the_beginning_of_a_name(served: Served) -> None:
    served.put("in/a.csv", b"")
    served.put("in/b.csv", b"")
    assert objects(source("s3://data/in/a"), served.aws, ROLE) == [Found("data", "in/a.csv", "a.csv")]


def test_a_manifest_names_objects_anywhere(served: Served) -> None:
    served.put("manifest.json", json.dumps([{"prefix": "s3://other/in/"}, "a.csv", "deep/b.csv"]).encode())
    assert objects(source("s3://data/manifest.json", "ManifestFile"), served.aws, ROLE) == [
        Found("other", "in/a.csv", "a.csv"),
        Found("other", "in/deep/b.csv", "deep/b.csv"),
    ]


@pytest.mark.parametrize("manifest", [b"no JSON", b"[]", b'["a"]', b'[{"prefix": 1}]', b'[{"prefix": "s3://a/"}, 1]', b'[{"prefix": "a"}]'])
def test_a_manifest_that_is_none_is_the_jobs_failure(served: Served, manifest: bytes) -> None:
    served.put("manifest.json", manifest)
    with pytest.raises(InputError, match="ClientError: "):
        objects(source("s3://data/manifest.json", "ManifestFile"), served.aws, ROLE)


@pytest.mark.parametrize("uri", ["s3://data/none/", "s3://gone/in/", "s3://data/denied/"])
def test_a_source_without_objects_is_the_jobs_failure(served: Served, uri: str) -> None:
    served.aws.s3.denied = ["denied/"]
    with pytest.raises(InputError, match=f'No S3 objects found under S3 URL "{uri}" .*the role "{ROLE}" has "s3:ListBucket"'):
        objects(source(uri), served.aws, ROLE)


def test_compressed_objects_are_unpacked(served: Served) -> None:
    served.put("a.gz", gzip.compress(b"1"))
    served.put("a.csv", b"1")
    assert content(Found("data", "a.gz", "a.gz"), served.aws, compressed=True) == b"1"
    assert content(Found("data", "a.csv", "a.csv"), served.aws, compressed=False) == b"1"
    for key in ("a.csv", "gone"):
        with pytest.raises(InputError, match=f"ClientError: data/{key}: "):
            content(Found("data", key, key), served.aws, compressed=True)
