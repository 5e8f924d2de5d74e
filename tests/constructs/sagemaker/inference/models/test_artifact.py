from dataclasses import dataclass
from typing import Any

import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.artifact import Artifact, allow_decrypting, allow_reading, data_source
from tests.constructs.sagemaker.inference.models.model_scene import ModelScene


@dataclass(frozen=True)
class InImage(Artifact):
    def properties(self, scope: Construct) -> dict[str, Any]:
        return {}

    def grant_read(self, role: iam.Role, key: kms.IKey | None) -> None:
        raise NotImplementedError


@dataclass
class Roles:
    scene: ModelScene
    one: iam.Role
    many: iam.Role
    imported: iam.Role
    unencrypted: iam.Role


@pytest.fixture(scope="module")
def roles() -> Roles:
    scene = ModelScene()
    found = Roles(scene, scene.role(), scene.role(), scene.role(), scene.role())
    allow_reading(found.one, scene.bucket.bucket_arn, "churn/model.tar.gz")
    allow_decrypting(found.one, scene.bucket, None)
    allow_reading(found.many, scene.bucket.bucket_arn, "llm/")
    allow_reading(found.imported, scene.imported.bucket_arn, "model.tar.gz")
    allow_decrypting(found.imported, scene.imported, scene.key)
    allow_reading(found.unencrypted, scene.imported.bucket_arn, "model.tar.gz")
    allow_decrypting(found.unencrypted, scene.imported, None)
    return found


def test_one_object_is_read_and_looked_for(roles: Roles) -> None:
    found = roles.scene.statements(roles.one)
    assert set(found) == {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}
    assert roles.scene.flat(found["s3:GetObject"]["Resource"]).endswith(".Arn}/churn/model.tar.gz")
    assert found["s3:ListBucket"]["Condition"] == {"StringEquals": {"s3:prefix": "churn/model.tar.gz"}}


def test_what_is_below_a_prefix_is_read_and_listed(roles: Roles) -> None:
    found = roles.scene.statements(roles.many)
    assert roles.scene.flat(found["s3:GetObject"]["Resource"]).endswith(".Arn}/llm/*")
    assert found["s3:ListBucket"]["Condition"] == {"StringLike": {"s3:prefix": "llm/*"}}
    assert roles.scene.flat(found["s3:ListBucket"]["Resource"]).endswith(".Arn}")


def test_the_key_of_the_bucket_is_used_by_way_of_s3(roles: Roles) -> None:
    found = roles.scene.statements(roles.one)["kms:Decrypt"]
    assert roles.scene.flat(found["Condition"]["StringEquals"]["kms:ViaService"]) == "s3.{Region}.{URLSuffix}"


def test_a_bucket_whose_key_is_unknown_takes_the_one_given(roles: Roles) -> None:
    assert roles.scene.statements(roles.imported)["kms:Decrypt"]["Resource"] == roles.scene.stack.resolve(roles.scene.key.key_arn)
    assert "kms:Decrypt" not in roles.scene.statements(roles.unencrypted)


def test_files_that_come_with_the_image_need_nothing() -> None:
    scene, files = ModelScene(), InImage()
    assert (files.data_source, files.needs_network, files.url(scene.stack)) == (False, False, None)
    assert files.variables(FrameworkImage("xgboost")) == {}


@pytest.mark.parametrize(("framework", "variable"), [("vllm", "SM_VLLM_MODEL"), ("djl-lmi", "HF_MODEL_ID")])
def test_images_that_take_a_folder_by_name_are_told_where_sagemaker_puts_files(framework: str, variable: str) -> None:
    assert InImage().variables(FrameworkImage(framework, accelerator="gpu")) == {variable: "/opt/ml/model"}


def test_an_image_that_takes_any_name_for_one_of_the_hub_is_told_of_no_folder() -> None:
    assert InImage().variables(FrameworkImage("hugging-face")) == {}


def test_sources_say_what_is_archived_and_accepted() -> None:
    stack = ModelScene().stack
    plain = stack.resolve(data_source("s3://bucket/model/"))
    assert plain == {"s3DataSource": {"s3Uri": "s3://bucket/model/", "s3DataType": "S3Prefix", "compressionType": "None"}}
    full = stack.resolve(data_source("s3://bucket/model.tar.gz", archive=True, accept_eula=True, hub_content_arn="arn:hub"))
    assert full["s3DataSource"] == {
        "s3Uri": "s3://bucket/model.tar.gz",
        "s3DataType": "S3Object",
        "compressionType": "Gzip",
        "modelAccessConfig": {"acceptEula": True},
        "hubAccessConfig": {"hubContentArn": "arn:hub"},
    }
