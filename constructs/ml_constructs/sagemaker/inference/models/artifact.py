"""What every kind of model files has in common."""

from abc import ABC, abstractmethod
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation.grants import READ, grant_key
from ml_constructs.foundation.roles import allow_matching
from ml_constructs.sagemaker.images import ContainerImage

FOLDER = "/opt/ml/model"
"""Where SageMaker puts files from S3."""
ARCHIVE = r"[^*?$]+\.tar\.gz"
PREFIX = r"[^/*?$][^*?$]*/"
AN_ARCHIVE = "the key of a gzip-compressed tar archive (….tar.gz) without *, ? and $, which permissions take for any characters"
A_PREFIX = "a prefix that ends with / and doesn't start with it, without *, ? and $, which permissions take for any characters"
_FILES = "A model's files have names of their own; the prefix that holds them and nothing else is the narrowest name that they share."


class Artifact(ABC):
    """The files of a model, and how a container gets them."""

    @property
    def data_source(self) -> bool:
        """Whether SageMaker gets them as a ``ModelDataSource``, which neither serverless endpoints nor batch transform take."""
        return False

    @property
    def needs_network(self) -> bool:
        """Whether the container downloads them itself, which network isolation forbids."""
        return False

    def url(self, scope: Construct) -> str | None:  # noqa: ARG002 not every artifact is in S3
        """Where they are in S3."""
        return None

    @abstractmethod
    def properties(self, scope: Construct) -> dict[str, Any]:
        """Arguments for the definition of a container that takes one model."""

    def variables(self, image: ContainerImage) -> dict[str, str]:
        """Environment variables by which the image is told of them; most look where SageMaker puts them without being told."""
        return {image.hub.model: FOLDER} if image.hub is not None and image.hub.folder else {}

    @abstractmethod
    def grant_read(self, role: iam.Role, key: kms.IKey | None) -> None:
        """Lets ``role`` read these files and no others.

        Args:
            role: Gets the permission.
            key: Encrypts them, if the bucket doesn't tell.
        """


def data_source(
    uri: str, *, archive: bool = False, accept_eula: bool = False, hub_content_arn: str | None = None
) -> sagemaker.CfnModel.ModelDataSourceProperty:
    """Files in S3 the way that SageMaker takes uncompressed ones, and those of JumpStart."""
    model = sagemaker.CfnModel
    source = model.S3DataSourceProperty(
        s3_uri=uri,
        s3_data_type="S3Object" if archive else "S3Prefix",
        compression_type="Gzip" if archive else "None",
        model_access_config=model.ModelAccessConfigProperty(accept_eula=True) if accept_eula else None,
        hub_access_config=model.HubAccessConfigProperty(hub_content_arn=hub_content_arn) if hub_content_arn else None,
    )
    return model.ModelDataSourceProperty(s3_data_source=source)


def allow_reading(role: iam.Role, bucket_arn: str, key: str) -> None:
    """Lets ``role`` read one object, or, by a prefix that ends with ``/``, what is below it, and see that it is there.

    Args:
        role: Gets the permission.
        bucket_arn: Of the bucket.
        key: Of the object, or the prefix.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
    """
    below = key.endswith("/")
    if below:
        allow_matching(role, ["s3:GetObject"], [f"{bucket_arn}/{key}*"], _FILES)
    else:
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[f"{bucket_arn}/{key}"]))
    listing = {"StringLike" if below else "StringEquals": {"s3:prefix": f"{key}*" if below else key}}
    role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket_arn], conditions=listing))


def allow_decrypting(role: iam.Role, bucket: s3.IBucket, key: kms.IKey | None) -> None:
    """Lets ``role`` use the bucket's key by way of S3, or ``key`` where the bucket doesn't tell."""
    grant_key(bucket.encryption_key or key, role, READ, service="s3")
