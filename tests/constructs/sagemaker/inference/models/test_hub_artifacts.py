import pytest

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.hub_artifacts import HuggingFaceArtifact, JumpStartArtifact
from tests.constructs.sagemaker.inference.models.model_scene import ModelScene

HUB_CONTENT = "arn:aws:sagemaker:us-east-1:123456789012:hub-content/own/ModelReference/llama/1"
PREFIX, ARCHIVE = "meta-textgeneration/llama/artifacts/inference-prepack/v1.0.0/", "xgboost/churn/model.tar.gz"
TEI = FrameworkImage("tei")


@pytest.fixture(scope="module")
def scene() -> ModelScene:
    return ModelScene()


def test_the_container_is_told_of_a_model_of_the_hub(scene: ModelScene) -> None:
    found = HuggingFaceArtifact("sentence-transformers/all-MiniLM-L6-v2")
    assert found.variables(TEI) == {"HF_MODEL_ID": "sentence-transformers/all-MiniLM-L6-v2"}
    assert (found.needs_network, found.properties(scene.stack), found.url(scene.stack)) == (True, {}, None)


@pytest.mark.parametrize(
    ("image", "names"),
    [
        (TEI, {"HF_MODEL_ID", "HF_MODEL_REVISION"}),
        (FrameworkImage("hugging-face"), {"HF_MODEL_ID", "HF_MODEL_REVISION"}),
        (FrameworkImage("vllm", accelerator="gpu"), {"SM_VLLM_MODEL", "SM_VLLM_REVISION"}),
    ],
)
def test_each_image_has_its_own_variables(image: FrameworkImage, names: set[str]) -> None:
    assert set(HuggingFaceArtifact("owner/name", "main").variables(image)) == names


@pytest.mark.parametrize("model_id", ["", "a/b/c", "owner/", "owner name"])
def test_what_is_no_id_is_refused(model_id: str) -> None:
    with pytest.raises(ValueError, match=f"model_id must be the id of a model of the Hugging Face Hub, .* got '{model_id}'"):
        HuggingFaceArtifact(model_id)


def test_an_image_that_downloads_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"image must be one that loads models of the Hugging Face Hub, got xgboost 3\.2-0 for cpu"):
        HuggingFaceArtifact("owner/name").variables(FrameworkImage("xgboost"))


def test_a_revision_is_refused_where_the_image_takes_none() -> None:
    with pytest.raises(ValueError, match=r"revision must be left out for vllm-neuronx .* got 'main'"):
        HuggingFaceArtifact("owner/name", "main").variables(FrameworkImage("vllm-neuronx", accelerator="neuron"))


def test_files_of_jumpstart_are_in_a_bucket_of_aws_in_each_region(scene: ModelScene) -> None:
    assert scene.flat(JumpStartArtifact(PREFIX).url(scene.stack)) == f"s3://jumpstart-cache-prod-{{Region}}/{PREFIX}"
    gated = JumpStartArtifact(PREFIX, gated=True, accept_eula=True)
    assert scene.flat(gated.url(ModelScene("eu-west-1").stack)) == f"s3://jumpstart-private-cache-prod-eu-west-1/{PREFIX}"


def test_an_open_archive_is_like_one_of_ones_own(scene: ModelScene) -> None:
    found = JumpStartArtifact(ARCHIVE)
    assert not found.data_source
    assert list(found.properties(scene.stack)) == ["model_data_url"]


@pytest.mark.parametrize(
    ("artifact", "expected"),
    [
        (JumpStartArtifact(PREFIX), {"s3DataType": "S3Prefix", "compressionType": "None"}),
        (
            JumpStartArtifact(PREFIX, gated=True, accept_eula=True),
            {"s3DataType": "S3Prefix", "compressionType": "None", "modelAccessConfig": {"acceptEula": True}},
        ),
        (
            JumpStartArtifact(ARCHIVE, hub_content_arn=HUB_CONTENT),
            {"s3DataType": "S3Object", "compressionType": "Gzip", "hubAccessConfig": {"hubContentArn": HUB_CONTENT}},
        ),
    ],
)
def test_licenses_and_private_hubs_are_part_of_the_source(
    scene: ModelScene, artifact: JumpStartArtifact, expected: dict[str, object]
) -> None:
    source = scene.stack.resolve(artifact.properties(scene.stack)["model_data_source"])["s3DataSource"]
    assert {name: value for name, value in source.items() if name != "s3Uri"} == expected
    assert artifact.data_source


def test_a_license_has_to_be_accepted_in_so_many_words() -> None:
    with pytest.raises(ValueError, match="accept_eula must be set for a gated model once you accept its license, got False"):
        JumpStartArtifact(PREFIX, gated=True)


@pytest.mark.parametrize("key", ["", "llama", "/llama/", "model.zip"])
def test_keys_of_something_else_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match=f"key must be the key of .* or a prefix .* got '{key}'"):
        JumpStartArtifact(key)


def test_a_role_reads_these_files_of_jumpstart_and_no_others() -> None:
    scene = ModelScene()
    role, other = scene.role(), scene.role()
    JumpStartArtifact(PREFIX).grant_read(role, scene.key)
    HuggingFaceArtifact("owner/name").grant_read(other, scene.key)
    found = scene.statements(role)
    assert set(found) == {"s3:GetObject", "s3:ListBucket"}
    assert scene.flat(found["s3:GetObject"]["Resource"]) == f"arn:{{Partition}}:s3:::jumpstart-cache-prod-{{Region}}/{PREFIX}*"
    assert scene.statements(other) == {}
