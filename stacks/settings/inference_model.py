"""Settings of the model that an endpoint serves: its image, its files and its variables."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.sagemaker.images import ContainerImage, EcrImage, FrameworkImage
from ml_constructs.sagemaker.inference.models.artifacts import Artifact, HuggingFaceArtifact, PrefixArtifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from stacks.parts.sample_models import sample_artifact
from stacks.settings.models import KeyArn, SettingsModel

S3Uri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+(\.tar\.gz|/)$")]
RepositoryArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9][a-z0-9._/-]{1,255}$")
]
ImageTag = Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$")]
VariableName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]
VariableValue = Annotated[str, StringConstraints(max_length=1024)]
HubModel = Annotated[str, StringConstraints(pattern=r"^([\w.-]+/)?[\w.-]+$")]
AcceleratorName = Literal["cpu", "gpu", "neuron"]
Framework = Literal[
    "xgboost",
    "scikit-learn",
    "linear-learner",
    "kmeans",
    "pytorch",
    "pytorch-arm64",
    "hugging-face",
    "djl-lmi",
    "vllm",
    "tei",
    "triton",
    "pytorch-neuronx",
    "vllm-neuronx",
]

PROGRAMS: Mapping[str, Mapping[str, str]] = {
    "scikit-learn": {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
}
"""What images that run a script of the model's are told of it, where the settings say nothing else.

See https://docs.aws.amazon.com/sagemaker/latest/dg/sklearn.html
"""


class ImageSettings(SettingsModel):
    """A container image of a repository of Amazon ECR, in the region of the deployment."""

    repository_arn: RepositoryArn
    """The repository; one of another account has to let this one pull."""
    tag: ImageTag
    """The tag, or the digest (sha256:…), which pins what is in it."""
    accelerators: Annotated[tuple[AcceleratorName, ...], Field(min_length=1)] = ("cpu",)
    """What it is built for."""
    architectures: Annotated[tuple[Literal["x86_64", "arm64"], ...], Field(min_length=1)] = ("x86_64",)
    """The processors that it is built for."""
    neuron_sdk: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+(\.[0-9]+)*$")] | None = None
    """The version of the Neuron SDK in it, for Inferentia and Trainium."""
    cuda: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+$")] | None = None
    """The version of CUDA in it, for GPUs."""
    multi_model: bool = False
    """Whether it can serve many models at once."""

    def value(self, scope: Construct, construct_id: str = "Image") -> ContainerImage:
        """The image as constructs take it.

        Args:
            scope: Where the repository is known.
            construct_id: Under which id.
        """
        name = self.repository_arn.partition(":repository/")[2]
        repository = ecr.Repository.from_repository_attributes(
            scope, construct_id, repository_arn=self.repository_arn, repository_name=name
        )
        return EcrImage(
            repository=repository,
            tag_or_digest=self.tag,
            accelerators=frozenset(self.accelerators),
            architectures=frozenset(self.architectures),
            neuron_sdk=self.neuron_sdk,
            cuda=self.cuda,
            multi_model=self.multi_model,
        )


class ModelSettings(SettingsModel):
    """The model that is served."""

    framework: Framework = "xgboost"
    """What runs the model: one of the images that AWS keeps."""
    version: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    """The framework's version; left out, the newest that this collection knows."""
    accelerator: AcceleratorName = "cpu"
    """What the framework's image is built for."""
    image: ImageSettings | None = None
    """An image of your own, instead of the framework's."""
    artifact: S3Uri | None = None
    """The model's files, in the region of the deployment: a .tar.gz archive, or a prefix that ends with / and holds them unpacked."""
    artifact_key_arn: KeyArn | None = None
    """The customer-managed key that they are encrypted with, if there is one; the key's policy must allow this account."""
    hugging_face_id: HubModel | None = None
    """A model of the Hugging Face Hub, instead of files; the container downloads it whenever it starts."""
    hugging_face_revision: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """Its branch, tag or commit; left out, the newest."""
    environment: Mapping[VariableName, VariableValue] = {}
    """Environment variables of the container; nothing secret. scikit-learn runs code/inference.py unless they say otherwise."""
    network_isolation: bool = True
    """Whether the container reaches no network at all; false where it downloads its model or asks others."""

    def container(self, scope: Construct, *, samples: Mapping[str, str], **options: Any) -> Container:
        """The container as constructs take it.

        Args:
            scope: Where what stands already is known.
            samples: The sample model of a framework, for settings without files.
            options: Further arguments of ``Container``.

        Raises:
            ValueError: No files, and no sample that the image could serve.
        """
        image = self.image.value(scope) if self.image else FrameworkImage(self.framework, self.version, self.accelerator)
        artifact = self._artifact(scope, samples)
        told = {} if self.image else PROGRAMS.get(self.framework, {})
        return Container(image, artifact, environment={**told, **self.environment}, **options)

    def _artifact(self, scope: Construct, samples: Mapping[str, str]) -> Artifact | None:
        if self.hugging_face_id is not None:
            return HuggingFaceArtifact(self.hugging_face_id, self.hugging_face_revision)
        if self.artifact is None:
            return self._sample(scope, samples)
        key = kms.Key.from_key_arn(scope, "ArtifactKey", self.artifact_key_arn) if self.artifact_key_arn else None
        name, _, path = self.artifact.removeprefix("s3://").partition("/")
        bucket = s3.Bucket.from_bucket_attributes(scope, "ArtifactBucket", bucket_name=name, encryption_key=key)
        return PrefixArtifact(bucket, path) if path.endswith("/") else TarArtifact(bucket, path)

    def _sample(self, scope: Construct, samples: Mapping[str, str]) -> Artifact | None:
        if self.image is not None:
            return None
        if self.framework not in samples:
            known = ", ".join(samples) or "no framework"
            raise ValueError(f"artifact must be given for {self.framework}, got none: there are sample models of {known}")
        return sample_artifact(scope, "SampleModel", samples[self.framework])

    @model_validator(mode="after")
    def _files_are_of_one_place(self) -> "ModelSettings":
        if self.artifact is not None and self.hugging_face_id is not None:
            raise ValueError(f"either artifact or hugging_face_id must be given, got both, {self.artifact} and {self.hugging_face_id}")
        if self.artifact is None and self.artifact_key_arn is not None:
            raise ValueError(f"artifact_key_arn must be left out without artifact, got {self.artifact_key_arn}")
        if self.hugging_face_id is None and self.hugging_face_revision is not None:
            raise ValueError(f"hugging_face_revision must be left out without hugging_face_id, got {self.hugging_face_revision}")
        if self.hugging_face_id is not None and self.network_isolation:
            raise ValueError("network_isolation must be false with hugging_face_id, which the container downloads, got true")
        return self

    @model_validator(mode="after")
    def _image_exists(self) -> "ModelSettings":
        if self.image is None:
            FrameworkImage(self.framework, self.version, self.accelerator)
        return self
