"""Models of the Hugging Face Hub and of SageMaker JumpStart."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from ml_constructs.foundation.checks import check_text
from ml_constructs.sagemaker.images import ContainerImage
from ml_constructs.sagemaker.inference.models.artifact import A_PREFIX, AN_ARCHIVE, ARCHIVE, PREFIX, Artifact, allow_reading, data_source


@dataclass(frozen=True)
class HuggingFaceArtifact(Artifact):
    """A model of the Hugging Face Hub, which the container downloads whenever it starts.

    Endpoints then start only while the Hub answers, and with what it has: pin a revision, or copy the files to a bucket for production.

    Args:
        model_id: Such as ``sentence-transformers/all-MiniLM-L6-v2``.
        revision: A branch, tag or commit; the Hub's newest when left out.

    Raises:
        ValueError: What isn't the id of a model.

    See https://huggingface.co/docs/sagemaker/main/en/inference
    """

    model_id: str
    revision: str | None = None

    def __post_init__(self) -> None:
        """Refuses ids that the Hub doesn't have."""
        check_text("model_id", self.model_id, r"([\w.-]+/)?[\w.-]+", "the id of a model of the Hugging Face Hub, such as owner/name")

    @property
    def needs_network(self) -> bool:
        """The container downloads them."""
        return True

    def properties(self, scope: Construct) -> dict[str, Any]:  # noqa: ARG002 nothing in S3
        """Nothing: SageMaker knows nothing of them."""
        return {}

    def variables(self, image: ContainerImage) -> dict[str, str]:
        """The id and the revision.

        Raises:
            ValueError: An image that downloads nothing, or no chosen revision.
        """
        if image.hub is None:
            raise ValueError(f"image must be one that loads models of the Hugging Face Hub, got {image.title}")
        if self.revision is None:
            return {image.hub.model: self.model_id}
        if image.hub.revision is None:
            raise ValueError(f"revision must be left out for {image.title}, which takes none, got {self.revision!r}")
        return {image.hub.model: self.model_id, image.hub.revision: self.revision}

    def grant_read(self, role: iam.Role, key: kms.IKey | None) -> None:
        """Nothing: the Hub isn't part of AWS."""


@dataclass(frozen=True)
class JumpStartArtifact(Artifact):
    """The files of a model of SageMaker JumpStart, where AWS keeps them in each region.

    CloudFormation knows nothing of JumpStart's model ids: which files, image, instance types and variables belong to one is in the
    manifest that JumpStart publishes in the same bucket, and for the caller to look up and to give.

    Args:
        key: Of the files in JumpStart's bucket, such as ``huggingface-llm/…/artifacts/inference-prepack/v1.0.0/``; an archive, or a prefix
            that ends with ``/``.
        gated: Whether they are in the bucket of models with a license that has to be accepted.
        accept_eula: Says that you have read the license and accept it.
        hub_content_arn: The model's reference in a private hub, for those who may use no others.

    Raises:
        ValueError: Another key, or a license that isn't accepted.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelAccessConfig.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/jumpstart-curated-hubs.html
    """

    key: str
    gated: bool = False
    accept_eula: bool = False
    hub_content_arn: str | None = None

    def __post_init__(self) -> None:
        """Refuses what SageMaker would refuse when it deploys."""
        check_text("key", self.key, rf"{ARCHIVE}|{PREFIX}", f"{AN_ARCHIVE} or {A_PREFIX}")
        if self.gated and not self.accept_eula:
            raise ValueError("accept_eula must be set for a gated model once you accept its license, got False")

    @property
    def data_source(self) -> bool:
        """Whether it is more than an archive that anyone may read."""
        return not self._archive or self.accept_eula or self.hub_content_arn is not None

    @property
    def _archive(self) -> bool:
        return self.key.endswith(".tar.gz")

    def url(self, scope: Construct) -> str:
        """Where AWS keeps them in the region of ``scope``."""
        return f"s3://{self._bucket(scope)}/{self.key}"

    def properties(self, scope: Construct) -> dict[str, Any]:
        """The address, and the license where there is one."""
        if not self.data_source:
            return {"model_data_url": self.url(scope)}
        source = data_source(self.url(scope), archive=self._archive, accept_eula=self.accept_eula, hub_content_arn=self.hub_content_arn)
        return {"model_data_source": source}

    def grant_read(self, role: iam.Role, key: kms.IKey | None) -> None:  # noqa: ARG002 AWS encrypts them with a key of its own
        """Lets ``role`` read these files of AWS's bucket."""
        bucket = Stack.of(role).format_arn(service="s3", region="", account="", resource=self._bucket(role))
        allow_reading(role, bucket, self.key)

    def _bucket(self, scope: Construct) -> str:
        return f"jumpstart-{'private-' if self.gated else ''}cache-prod-{Stack.of(scope).region}"
