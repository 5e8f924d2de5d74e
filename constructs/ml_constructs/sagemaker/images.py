"""Container images: AWS's own by framework and version, and those of one's own repositories."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from aws_cdk import Aws, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation.roles import allow_unscoped
from ml_constructs.sagemaker.image_accounts import image_account
from ml_constructs.sagemaker.image_list import Hub, ImageFacts, framework_image, frameworks

__all__ = ["ContainerImage", "EcrImage", "FrameworkImage", "Hub", "frameworks"]

PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_TOKEN = "ecr:GetAuthorizationToken"  # noqa: S105 the name of an action
_TOKEN_POLICY = "UnscopedEcrGetAuthorizationToken"  # noqa: S105 the id that allow_unscoped gives


@dataclass(frozen=True, kw_only=True)
class ContainerImage(ABC):
    """An image in a registry of Amazon ECR.

    Args:
        accelerators: What it is built for: ``cpu``, ``gpu`` or ``neuron``.
        architectures: The processors it is built for.
        neuron_sdk: Version of the Neuron SDK in it, such as ``2.31.1``.
        cuda: Version of CUDA in it, such as ``13.0``; ``None`` where nobody says.
        multi_model: Whether it implements the API of multi-model endpoints.
        hub: The environment variables that name a model of the Hugging Face Hub; ``None`` if it loads none from there.
    """

    accelerators: frozenset[str]
    architectures: frozenset[str]
    neuron_sdk: str | None = None
    cuda: str | None = None
    multi_model: bool = False
    hub: Hub | None = None

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is, for messages."""

    @abstractmethod
    def uri(self, scope: Construct) -> str:
        """Where SageMaker pulls it from, in the region of ``scope``.

        Raises:
            ValueError: It isn't in that region.
        """

    @abstractmethod
    def grant_pull(self, role: iam.Role) -> None:
        """Lets ``role`` pull from the image's repository and no other."""

    def check_region(self, region: str) -> None:  # noqa: B027 an image of one's own is where its repository is
        """Refuses a region that lacks the image.

        Raises:
            ValueError: It names the regions that have it.
        """


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
        _allow_pulling(
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

    def uri(self, scope: Construct) -> str:  # noqa: ARG002 a repository knows its own region
        """Where SageMaker pulls it from."""
        return self.repository.repository_uri_for_tag_or_digest(self.tag_or_digest)

    def grant_pull(self, role: iam.Role) -> None:
        """Lets ``role`` pull from the repository; one of another account has to allow it too."""
        _allow_pulling(role, self.repository.repository_arn)


def _allow_pulling(role: iam.Role, repository_arn: str) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(PULL_ACTIONS), resources=[repository_arn]))
    if role.node.try_find_child(_TOKEN_POLICY) is None:
        allow_unscoped(role, [_TOKEN], "ECR gives one token for all registries; what may be pulled with it is named in the role's policy.")
