import re
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from pydantic import ValidationError

from ml_constructs.sagemaker.images import EcrImage, FrameworkImage, frameworks
from ml_constructs.sagemaker.inference.models.artifacts import AssetArtifact, HuggingFaceArtifact, PrefixArtifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from stacks.settings.inference_model import PROGRAMS, Framework, ModelSettings

ARCHIVE, KEY = "s3://models/churn/model.tar.gz", "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
REPOSITORY = "arn:aws:ecr:eu-west-1:111122223333:repository/team/scorer"
SAMPLES = {"xgboost": "churn"}
HUB = {"framework": "hugging-face", "hugging_face_id": "owner/name", "network_isolation": False}


def container(**settings: Any) -> Container:
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="111122223333", region="eu-west-1"))
    return ModelSettings.model_validate(settings).container(stack, samples=SAMPLES)


def test_every_framework_of_the_table_can_be_chosen() -> None:
    assert set(get_args(Framework)) == set(frameworks())


def test_a_sample_model_is_served_where_no_files_are_given() -> None:
    made = container()
    assert made.image == FrameworkImage("xgboost")
    assert isinstance(made.artifact, AssetArtifact)


def test_an_archive_is_read_from_its_bucket() -> None:
    artifact: Any = container(artifact=ARCHIVE).artifact
    assert isinstance(artifact, TarArtifact)
    assert (artifact.bucket.bucket_name, artifact.key, artifact.bucket.encryption_key) == ("models", "churn/model.tar.gz", None)


def test_unpacked_files_are_read_below_their_prefix() -> None:
    artifact: Any = container(artifact="s3://models/churn/").artifact
    assert isinstance(artifact, PrefixArtifact)
    assert artifact.prefix == "churn/"


def test_the_key_of_the_files_is_known() -> None:
    artifact: Any = container(artifact=ARCHIVE, artifact_key_arn=KEY).artifact
    assert artifact.bucket.encryption_key.key_arn == KEY


def test_a_model_of_the_hub_may_be_served() -> None:
    assert container(**HUB, hugging_face_revision="v1").artifact == HuggingFaceArtifact("owner/name", "v1")


def test_an_image_of_your_own_takes_the_place_of_the_frameworks() -> None:
    made = container(image={"repository_arn": REPOSITORY, "tag": "1.4", "accelerators": ("gpu",), "cuda": "12.4"})
    assert isinstance(made.image, EcrImage)
    assert (made.image.repository.repository_arn, made.image.tag_or_digest, made.artifact) == (REPOSITORY, "1.4", None)
    assert (sorted(made.image.accelerators), sorted(made.image.architectures), made.image.cuda) == (["gpu"], ["x86_64"], "12.4")


def test_variables_are_handed_on() -> None:
    assert container(environment={"WORKERS": "2"}).variables() == {"WORKERS": "2"}


def test_an_image_that_runs_a_script_of_the_models_is_told_of_it_unless_you_tell_it() -> None:
    made = container(framework="scikit-learn", artifact=ARCHIVE, environment={"SAGEMAKER_PROGRAM": "serve.py"})
    assert made.variables() == {**PROGRAMS["scikit-learn"], "SAGEMAKER_PROGRAM": "serve.py"}


def test_a_framework_without_a_sample_needs_files() -> None:
    with pytest.raises(ValueError, match="artifact must be given for pytorch, got none: there are sample models of xgboost"):
        container(framework="pytorch")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"framework": "caffe"}, "Input should be 'xgboost'"),
        ({"version": "0.1"}, "0.1"),
        ({"accelerator": "neuron"}, "neuron"),
        ({"artifact": "s3://models/churn/model.zip"}, "String should match pattern"),
        ({"artifact_key_arn": KEY}, f"artifact_key_arn must be left out without artifact, got {KEY}"),
        ({"hugging_face_revision": "v1"}, "hugging_face_revision must be left out without hugging_face_id, got v1"),
        ({**HUB, "artifact": ARCHIVE}, f"either artifact or hugging_face_id must be given, got both, {ARCHIVE} and owner/name"),
        (
            {**HUB, "network_isolation": True},
            "network_isolation must be false with hugging_face_id, which the container downloads, got true",
        ),
        ({"image": {"repository_arn": "team/scorer", "tag": "1"}}, "String should match pattern"),
        ({"environment": {"1ST": "x"}}, "String should match pattern"),
    ],
)
def test_models_that_can_not_be_served_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        ModelSettings.model_validate(settings)
