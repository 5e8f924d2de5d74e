"""An endpoint whose instances hold many models, each loaded when it is first asked."""

from collections.abc import Sequence
from typing import ClassVar

from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.deployments.deployment import Deployment
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.endpoints.real_time_endpoint import RealTimeEndpoint
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.instance_types import instance_type

ARCHIVE = ".tar.gz"
LONGEST_TARGET = 1024
GPU_TYPES = tuple(f"ml.{family}.{size}" for family in ("g4dn", "g5") for size in ("xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"))
"""The accelerated types that AWS names for many models, but for those of p2 and p3, whose hardware nothing describes any more.

See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-support.html
"""


class MultiModelEndpoint(RealTimeEndpoint):
    """Serves every archive below a prefix as a model of its own, and lets callers ask for those that ``targets`` allow only.

    SageMaker fetches and loads a model when it is first asked, and unloads the ones that aren't asked when memory is short. Requests are
    neither captured nor copied to a second model: they are of many owners, and would lie side by side.

    Args:
        model: Has a container of mode ``MultiModel``.
        hosting: The instances; processors of any kind, or those of ``GPU_TYPES`` with Triton.
        scaling: How many there are.
        defaults: Key, retention and removal policy of the blueprint.
        targets: Patterns of IAM, with ``*``, of the models that may be asked for, relative to the prefix.
        deployment: How an update is made; all at once and without waiting when left out.

    Raises:
        ValueError: A model of one, instances that hold no more than one, or no targets.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html
    """

    many_models: ClassVar[bool] = True

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model: Model,
        hosting: Hosting,
        scaling: Scaling,
        defaults: HandlerDefaults,
        targets: Sequence[str] = (f"*{ARCHIVE}",),
        deployment: Deployment | None = None,
    ) -> None:
        if not model.multi_model:
            raise ValueError(f"model must have a container of mode MultiModel, got none in {model.node.path}")
        check_types(hosting.instance_types)
        _check_targets(targets)
        super().__init__(scope, construct_id, model=model, hosting=hosting, scaling=scaling, defaults=defaults, deployment=deployment)
        self.targets = tuple(targets)

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` ask this endpoint for the models of ``targets`` and no others.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html
        """
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["sagemaker:InvokeEndpoint"],
            resource_arns=[self.endpoint_arn],
            conditions={"StringLike": {"sagemaker:TargetModel": list(self.targets)}},
        )


def check_types(instance_types: Sequence[str], *, setting: str = "instance_type") -> None:
    """Refuses accelerated instances that AWS doesn't name for many models.

    Args:
        instance_types: All that may be launched.
        setting: What they are for, as the user knows it.

    Raises:
        ValueError: It names those that are.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-support.html
    """
    for name in instance_types:
        if instance_type(name).accelerator is not None and name not in GPU_TYPES:
            raise ValueError(f"{setting} must have no accelerator, or be one of {', '.join(GPU_TYPES)}, to hold many models, got {name!r}")


def _check_targets(targets: Sequence[str]) -> None:
    if not targets or any(not target or target.startswith("/") or len(target) > LONGEST_TARGET for target in targets):
        given = ", ".join(map(repr, targets)) or "none"
        raise ValueError(f"targets must be patterns of 1 to {LONGEST_TARGET} characters that don't start with /, got {given}")
