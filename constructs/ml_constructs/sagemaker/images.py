"""Container images: AWS's own by framework and version, and those of one's own repositories."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Arn, ArnFormat, Aws, Stack, Token
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.sagemaker.container_image import ContainerImage, allow_pulling
from ml_constructs.sagemaker.image_accounts import image_account
from ml_constructs.sagemaker.image_list import Hub, ImageFacts, framework_image, frameworks

__all__ = ["ContainerImage", "EcrImage", "FrameworkImage", "Hub", "frameworks"]


@dataclass(frozen=True, init=False)
class FrameworkImage(ContainerImage):
    """An image that AWS builds and keeps in accounts of its own, one in most regions.

    Args:
        framework: One of ``frameworks()``.
        version: One that the table pins; the newest when left out.
        accelerator: What it runs on.

    Raises:
        ValueError: A framework, version or accelerator that the table lacks.

    See https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
    """

    framework: str
    version: str
    accelerator: str

    def __init__(self, framework: str, version: str | None = None, accelerator: Literal["cpu", "gpu", "neuron"] = "cpu") -> None:
        facts = framework_image(framework, version, accelerator)
        super().__init__(
            accelerators=frozenset({accelerator}),
            architectures=facts.architectures,
            neuron_sdk=facts.neuron_sdk,
            cuda=facts.cuda,
            multi_model=facts.multi_model,
            hub=facts.hub,
        )
        for name, value in (("framework", framework), ("version", facts.version), ("accelerator", accelerator)):
            object.__setattr__(self, name, value)

    @property
    def title(self) -> str:
        """Framework, version and accelerator."""
        return f"{self.framework} {self.version} for {self.accelerator}"

    def uri(self, scope: Construct) -> str:
        """Where SageMaker pulls it from; a mapping of the stack knows the account if the region is known at deployment only."""
        facts, stack = self._facts, Stack.of(scope)
        account = image_account(scope, facts)
        return f"{account}.dkr.ecr.{stack.region}.{Aws.URL_SUFFIX}/{facts.repository}:{facts.tag}"

    def grant_pull(self, role: iam.Role) -> None:
        """Lets ``role`` pull from this repository of AWS's account."""
        facts = self._facts
        account = image_account(role, facts)
        allow_pulling(
            role, Stack.of(role).format_arn(service="ecr", account=account, resource="repository", resource_name=facts.repository)
        )

    def check_region(self, region: str) -> None:
        """Refuses a region without an account for the image."""
        self._facts.account(region)

    @property
    def _facts(self) -> ImageFacts:
        return framework_image(self.framework, self.version, self.accelerator)


@dataclass(frozen=True, kw_only=True)
class EcrImage(ContainerImage):
    """An image of a repository of one's own, or one that another account shares; it has to be in the region of the model.

    Args:
        repository: Where it is.
        tag_or_digest: ``sha256:…`` pins its content; a tag may come to mean another image.

    Raises:
        ValueError: An empty tag.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
    """

    repository: ecr.IRepository
    tag_or_digest: str

    def __post_init__(self) -> None:
        """Refuses an image that nothing names."""
        if not self.tag_or_digest:
            raise ValueError("tag_or_digest must name an image of the repository, got ''")

    @property
    def title(self) -> str:
        """The tag or digest."""
        return f"the image {self.tag_or_digest}"

    def check_region(self, region: str) -> None:
        """Refuses another region than that of the repository, if that is known."""
        place = Arn.split(self.repository.repository_arn, ArnFormat.SLASH_RESOURCE_NAME).region
        if place is not None and not Token.is_unresolved(place) and place != region:
            raise ValueError(f"repository of {self.title} must be in {region}, as SageMaker pulls from its own region only, got {place}")

    def uri(self, scope: Construct) -> str:  # noqa: ARG002 a repository knows its own region
        """Where SageMaker pulls it from."""
        return self.repository.repository_uri_for_tag_or_digest(self.tag_or_digest)

    def grant_pull(self, role: iam.Role) -> None:
        """Lets ``role`` pull from the repository; one of another account has to allow it too."""
        allow_pulling(role, self.repository.repository_arn)
