import re
from pathlib import Path

import pytest

from ml_constructs.sagemaker.inference.models.artifacts import AssetArtifact, PrefixArtifact, TarArtifact
from tests.constructs.sagemaker.inference.models.model_scene import ModelScene


@pytest.fixture(scope="module")
def scene() -> ModelScene:
    return ModelScene()


def test_an_archive_is_named_by_its_address(scene: ModelScene) -> None:
    found = TarArtifact(scene.imported, "churn/model.tar.gz")
    assert scene.flat(found.url(scene.stack)) == "s3://somebodys-models/churn/model.tar.gz"
    assert found.properties(scene.stack) == {"model_data_url": found.url(scene.stack)}
    assert (found.data_source, found.needs_network) == (False, False)


@pytest.mark.parametrize("key", ["", "model.zip", "model/", ".tar.gz", "all-[*].tar.gz"])
def test_what_is_no_archive_is_refused(scene: ModelScene, key: str) -> None:
    with pytest.raises(ValueError, match=f"key must be the key of a gzip-compressed tar archive .* got '{re.escape(key)}'"):
        TarArtifact(scene.imported, key)


def test_files_below_a_prefix_are_one_uncompressed_model(scene: ModelScene) -> None:
    found = PrefixArtifact(scene.imported, "llm/v1/")
    source = scene.stack.resolve(found.properties(scene.stack)["model_data_source"])["s3DataSource"]
    assert source == {"s3Uri": "s3://somebodys-models/llm/v1/", "s3DataType": "S3Prefix", "compressionType": "None"}
    assert found.data_source


@pytest.mark.parametrize("prefix", ["", "/", "llm", "/llm/", "*/", "llm-?/", "${aws:userid}/"])
def test_prefixes_that_hold_more_than_a_folder_are_refused(scene: ModelScene, prefix: str) -> None:
    with pytest.raises(ValueError, match=rf"prefix must be a prefix that ends with / .*, got '{re.escape(prefix)}'"):
        PrefixArtifact(scene.imported, prefix)


def test_an_archive_travels_with_the_stack(scene: ModelScene, tmp_path: Path) -> None:
    found = scene.asset(tmp_path)
    assert found.properties(scene.stack) == {"model_data_url": found.asset.s3_object_url}
    assert scene.flat(found.url(scene.stack)).startswith("s3://cdk-hnb659fds-assets-")


def test_other_files_do_not_travel(scene: ModelScene, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"asset must be a gzip-compressed tar archive .* got .*\.zip"):
        scene.asset(tmp_path, "model.zip")


def test_a_role_reads_its_files_and_no_others(tmp_path: Path) -> None:
    scene = ModelScene()
    artifacts = {
        "Bucket": TarArtifact(scene.bucket, "churn/model.tar.gz"),
        "churn/*": PrefixArtifact(scene.bucket, "churn/"),
        ".gz": scene.asset(tmp_path),
    }
    roles = {part: scene.role() for part in artifacts}
    for part, artifact in artifacts.items():
        artifact.grant_read(roles[part], None)
    for part, artifact in artifacts.items():
        found = scene.statements(roles[part])
        assert part in scene.flat(found["s3:GetObject"]["Resource"])
        assert ("kms:Decrypt" in found) is not isinstance(artifact, AssetArtifact)
