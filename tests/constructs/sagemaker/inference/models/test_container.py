from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import aws_ecr as ecr

from ml_constructs.sagemaker.images import EcrImage, FrameworkImage
from ml_constructs.sagemaker.inference.models.artifacts import HuggingFaceArtifact, PrefixArtifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from tests.constructs.sagemaker.inference.models.model_scene import ModelScene

XGBOOST = FrameworkImage("xgboost")


@pytest.fixture(scope="module")
def scene() -> ModelScene:
    return ModelScene()


@pytest.fixture
def archive(scene: ModelScene) -> TarArtifact:
    return TarArtifact(scene.imported, "model.tar.gz")


@pytest.fixture
def folder(scene: ModelScene) -> PrefixArtifact:
    return PrefixArtifact(scene.imported, "models/")


def rendered(scene: ModelScene, container: Container) -> dict[str, Any]:
    found: dict[str, Any] = scene.stack.resolve(container.definition(scene.stack))
    return found


def test_a_container_has_an_image_and_the_files_of_one_model(scene: ModelScene, archive: TarArtifact) -> None:
    found = rendered(scene, Container(XGBOOST, archive))
    assert found == {
        "image": scene.stack.resolve(XGBOOST.uri(scene.stack)),
        "mode": "SingleModel",
        "modelDataUrl": "s3://somebodys-models/model.tar.gz",
    }


def test_uncompressed_files_come_as_a_source(scene: ModelScene, folder: PrefixArtifact) -> None:
    container = Container(FrameworkImage("vllm", accelerator="gpu"), folder)
    found = rendered(scene, container)
    assert container.data_source
    assert "modelDataUrl" not in found
    assert found["modelDataSource"]["s3DataSource"]["s3Uri"] == "s3://somebodys-models/models/"
    assert found["environment"] == {"SM_VLLM_MODEL": "/opt/ml/model"}


def test_many_models_are_archives_below_a_prefix(scene: ModelScene, folder: PrefixArtifact) -> None:
    container = Container(XGBOOST, folder, mode="MultiModel")
    found = rendered(scene, container)
    assert (container.multi_model, container.data_source) == (True, False)
    assert (found["mode"], found["modelDataUrl"]) == ("MultiModel", "s3://somebodys-models/models/")
    assert found["multiModelConfig"] == {"modelCacheSetting": "Enabled"}
    assert rendered(scene, replace(container, model_cache=False))["multiModelConfig"] == {"modelCacheSetting": "Disabled"}


def test_variables_of_ones_own_go_before_those_of_the_files(scene: ModelScene) -> None:
    container = Container(
        FrameworkImage("tei"), HuggingFaceArtifact("owner/name"), {"HF_MODEL_ID": "mine", "MAX_BATCH": "8"}, hostname="texts"
    )
    assert container.needs_network
    assert container.variables() == {"HF_MODEL_ID": "mine", "MAX_BATCH": "8"}
    assert rendered(scene, container)["containerHostname"] == "texts"


def test_an_image_of_ones_own_may_have_its_model_in_it(scene: ModelScene) -> None:
    repository = ecr.Repository.from_repository_name(scene.stack, "Repository", "mine")
    image = EcrImage(repository=repository, tag_or_digest="v1", accelerators=frozenset({"cpu"}), architectures=frozenset({"x86_64"}))
    container = Container(image)
    assert (container.needs_network, container.data_source) == (False, False)
    assert set(rendered(scene, container)) == {"image", "mode"}


def test_an_image_of_aws_without_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match=r"artifact must be given for xgboost 3\.2-0 for cpu, which has no model in it, got None"):
        Container(XGBOOST)


def test_an_image_that_loads_what_its_variables_name_needs_no_files() -> None:
    assert Container(FrameworkImage("tei"), environment={"HF_MODEL_ID": "owner/name"}).variables() == {"HF_MODEL_ID": "owner/name"}


def test_many_models_need_an_image_that_serves_them(folder: PrefixArtifact) -> None:
    with pytest.raises(ValueError, match=r"image must be one that serves many models for mode MultiModel, got kmeans 1 for cpu"):
        Container(FrameworkImage("kmeans"), folder, mode="MultiModel")


def test_many_models_need_a_prefix(archive: TarArtifact) -> None:
    for artifact, given in ((archive, "TarArtifact"), (None, "NoneType")):
        with pytest.raises(ValueError, match=f"artifact must be a PrefixArtifact for mode MultiModel, got {given}"):
            Container(XGBOOST, artifact, mode="MultiModel")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "Several"}, "mode must be one of SingleModel, MultiModel, got 'Several'"),
        ({"hostname": "a_b"}, "hostname must be up to 63 letters, digits and single hyphens between them, got 'a_b'"),
        ({"environment": {"1A": "x"}}, "environment variable must be a name of letters, digits and underscores, got '1A'"),
        ({"environment": {f"A{number}": "x" for number in range(101)}}, "environment must have at most 100 variables, got 101"),
        ({"environment": {"A": "é" * 513}}, "environment variable A must have at most 1024 bytes, got 1026"),
    ],
)
def test_what_sagemaker_would_refuse_is_refused(archive: TarArtifact, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Container(XGBOOST, archive, **arguments)
