"""What every container image has in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation.roles import allow_unscoped
from ml_constructs.sagemaker.image_list import Hub

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


def allow_pulling(role: iam.Role, repository_arn: str) -> None:
    """Lets ``role`` pull from one repository.

    See https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
    """
    role.add_to_policy(iam.PolicyStatement(actions=list(PULL_ACTIONS), resources=[repository_arn]))
    if role.node.try_find_child(_TOKEN_POLICY) is None:
        allow_unscoped(role, [_TOKEN], "ECR gives one token for all registries; what may be pulled with it is named in the role's policy.")
