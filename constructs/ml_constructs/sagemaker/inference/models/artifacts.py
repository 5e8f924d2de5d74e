"""Where the files of a model come from."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from ml_constructs.foundation.checks import check_text
from ml_constructs.sagemaker.inference.models.artifact import (
    A_PREFIX,
    AN_ARCHIVE,
    ARCHIVE,
    PREFIX,
    Artifact,
    allow_decrypting,
    allow_reading,
    data_source,
)
from ml_constructs.sagemaker.inference.models.hub_artifacts import HuggingFaceArtifact, JumpStartArtifact

__all__ = ["Artifact", "AssetArtifact", "HuggingFaceArtifact", "JumpStartArtifact", "PrefixArtifact", "TarArtifact"]


@dataclass(frozen=True)
class TarArtifact(Artifact):
    """One gzip-compressed tar archive in a bucket, as training jobs leave it.

    Args:
        bucket: In the region of the model.
        key: Ends with ``.tar.gz``.

    Raises:
        ValueError: Another key.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
    """

    bucket: s3.IBucket
    key: str

    def __post_init__(self) -> None:
        """Refuses keys of something else."""
        check_text("key", self.key, ARCHIVE, AN_ARCHIVE)

    def url(self, scope: Construct) -> str:  # noqa: ARG002 the bucket knows
        """Where it is."""
        return self.bucket.s3_url_for_object(self.key)

    def properties(self, scope: Construct) -> dict[str, Any]:
        """The address of the archive."""
        return {"model_data_url": self.url(scope)}

    def grant_read(self, role: iam.Role, key: kms.IKey | None) -> None:
        """Lets ``role`` read this object."""
        allow_reading(role, self.bucket.bucket_arn, self.key)
        allow_decrypting(role, self.bucket, key)


@dataclass(frozen=True)
class PrefixArtifact(Artifact):
    """Files below a prefix: those of one uncompressed model, or the archives of many for a multi-model container.

    Args:
        bucket: In the region of the model.
        prefix: Ends with ``/``.

    Raises:
        ValueError: A prefix without it.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/large-model-inference-uncompressed.html
    """

    bucket: s3.IBucket
    prefix: str

    def __post_init__(self) -> None:
        """Refuses prefixes that S3 would take for the start of a file's name."""
        check_text("prefix", self.prefix, PREFIX, A_PREFIX)

    @property
    def data_source(self) -> bool:
        """SageMaker takes uncompressed files in no other way."""
        return True

    def url(self, scope: Construct) -> str:  # noqa: ARG002 the bucket knows
        """Where they are."""
        return self.bucket.s3_url_for_object(self.prefix)

    def properties(self, scope: Construct) -> dict[str, Any]:
        """All files below the prefix as one model."""
        return {"model_data_source": data_source(self.url(scope))}

    def grant_read(self, role: iam.Role, key: kms.IKey | None) -> None:
        """Lets ``role`` list and read what is below the prefix."""
        allow_reading(role, self.bucket.bucket_arn, self.prefix)
        allow_decrypting(role, self.bucket, key)


@dataclass(frozen=True)
class AssetArtifact(Artifact):
    """An archive that travels with the stack.

    Args:
        asset: A ``.tar.gz`` file.

    Raises:
        ValueError: Another file.

    See https://github.com/aws/aws-cdk/tree/main/packages/@aws-cdk/aws-sagemaker-alpha, whose tests deploy models of such assets
    """

    asset: s3_assets.Asset

    def __post_init__(self) -> None:
        """Refuses files that SageMaker wouldn't unpack; its own object ends with ``.gz`` alone, as CDK names it, which SageMaker takes."""
        if not self.asset.is_file or not self.asset.asset_path.endswith(".tar.gz"):
            raise ValueError(f"asset must be a gzip-compressed tar archive (….tar.gz), got {self.asset.asset_path}")

    def url(self, scope: Construct) -> str:  # noqa: ARG002 the asset knows
        """Where it is."""
        return self.asset.s3_object_url

    def properties(self, scope: Construct) -> dict[str, Any]:
        """The address of the archive."""
        return {"model_data_url": self.url(scope)}

    def grant_read(self, role: iam.Role, key: kms.IKey | None) -> None:  # noqa: ARG002 the bucket for assets has none of the stack's keys
        """Lets ``role`` read this object of the bucket for assets."""
        allow_reading(role, self.asset.bucket.bucket_arn, self.asset.s3_object_key)
