"""A model of SageMaker: what endpoints and transform jobs run."""

from collections.abc import Sequence
from typing import Literal

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation import Placement
from ml_constructs.foundation.checks import check_choice
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.endpoint_role import endpoint_role, network_ids

Execution = Literal["Serial", "Direct"]

EXECUTIONS = ("Serial", "Direct")
MAX_CONTAINERS = 15
MAX_ENVIRONMENT = 32 * 1024


class Model(Construct):
    """One container, or up to 15 that work one after the other or are called one by one, and a role of their own.

    The role may pull these images, read these files, and write SageMaker's metrics; whoever runs the model adds its logs
    (``endpoint_role.allow_logs``). CloudFormation names the model, as whatever changes replaces it, and makes it when the role is complete.

    Args:
        containers: 1 to 15.
        placement: Network that the containers are attached to; none when left out.
        network_isolation: Whether the containers reach no network at all, not even with a placement; SageMaker fetches the files for them.
        execution: ``Serial`` hands each container's answer on to the next; with ``Direct``, callers choose a container by its hostname.
        key: Encrypts the files where their bucket doesn't tell, as an imported one.

    One container at most is of mode ``MultiModel``, and only with ``Serial``: AWS allows one in a pipeline, and says nothing of ``Direct``.

    Raises:
        ValueError: Too many containers, hostnames that aren't unique, or a container that has to reach a network and can't.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html,
    https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-endpoints.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        containers: Sequence[Container],
        placement: Placement | None = None,
        network_isolation: bool = True,
        execution: Execution = "Serial",
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        _check_containers(containers, execution)
        if network_isolation:
            _check_isolation(containers)
        self.containers, self.placement, self.network_isolation, self.execution = tuple(containers), placement, network_isolation, execution
        self.role = endpoint_role(self, placement=placement)
        for container in containers:
            container.image.grant_pull(self.role)
            if container.artifact is not None:
                container.artifact.grant_read(self.role, key)
        definitions = [container.definition(self) for container in containers]
        several = len(definitions) > 1
        self.resource = sagemaker.CfnModel(
            self,
            "Resource",
            execution_role_arn=self.role.role_arn,
            enable_network_isolation=network_isolation,
            primary_container=None if several else definitions[0],
            containers=definitions if several else None,
            inference_execution_config=sagemaker.CfnModel.InferenceExecutionConfigProperty(mode=execution) if several else None,
            vpc_config=None if placement is None else _vpc_config(placement),
        )
        # SageMaker tries the role when the model is made: aws/aws-cdk#10064
        self.resource.node.add_dependency(self.role)
        self.model_name = self.resource.attr_model_name

    @property
    def data_source(self) -> bool:
        """Whether a container gets its files as a ``ModelDataSource``, which neither serverless endpoints nor batch transform take."""
        return any(container.data_source for container in self.containers)

    @property
    def multi_model(self) -> bool:
        """Whether a container serves many models."""
        return any(container.multi_model for container in self.containers)


def _vpc_config(placement: Placement) -> sagemaker.CfnModel.VpcConfigProperty:
    subnets, groups = network_ids(placement)
    return sagemaker.CfnModel.VpcConfigProperty(subnets=subnets, security_group_ids=groups)


def _check_containers(containers: Sequence[Container], execution: Execution) -> None:
    check_choice("execution", execution, EXECUTIONS)
    if not 1 <= len(containers) <= MAX_CONTAINERS:
        raise ValueError(f"containers must be 1 to {MAX_CONTAINERS}, got {len(containers)}")
    direct, many = execution == "Direct", sum(container.multi_model for container in containers)
    if direct and len(containers) == 1:
        raise ValueError("execution must be Serial for one container, got 'Direct'")
    if many > 1 or (many and direct):
        raise ValueError(f"containers must have at most one of mode MultiModel, and none with execution Direct, got {many}")
    _check_hostnames([container.hostname for container in containers], needed=direct)
    total = sum(len(text.encode()) for container in containers for pair in container.variables().items() for text in pair)
    if total > MAX_ENVIRONMENT:
        raise ValueError(f"environments must have at most {MAX_ENVIRONMENT} bytes together, got {total}")


def _check_hostnames(hostnames: Sequence[str | None], *, needed: bool) -> None:
    given = [hostname for hostname in hostnames if hostname is not None]
    if (given or needed) and len(given) < len(hostnames):
        raise ValueError(f"hostname must be given for all of {len(hostnames)} containers, got {len(given)}")
    if len(set(given)) < len(given):
        raise ValueError(f"hostname must be another for each container, got {', '.join(given)}")


def _check_isolation(containers: Sequence[Container]) -> None:
    for container in containers:
        if container.needs_network:
            raise ValueError(
                f"network_isolation must be off for {container.image.title}, which downloads its model when it starts, got True: "
                "or copy the files to a bucket and give a PrefixArtifact"
            )
