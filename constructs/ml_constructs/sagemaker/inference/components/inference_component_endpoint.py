"""An endpoint whose instances are shared by several models."""

import re

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, Placement
from ml_constructs.foundation.stack_ids import short_id
from ml_constructs.sagemaker.inference.components.component_instances import SharedInstances
from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds, check_copies_fit
from ml_constructs.sagemaker.inference.components.component_options import CopyScaling
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_config import EndpointOptions
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.endpoint_role import endpoint_role

LONGEST_STACK_NAME, LONGEST_MODEL_NAME = 28, 24
PLACE = "{}"
_MODEL_NAME = re.compile(r"[a-z0-9](-*[a-z0-9])*")


class InferenceComponentEndpoint(Endpoint):
    """An endpoint without a model of its own: inference components bring theirs, and share its instances.

    Args:
        hosting: The instances, and how requests reach them.
        instances: How many there are.
        defaults: Key, retention and removal policy of the blueprint.
        placement: Network of the containers; SageMaker's own when left out.
        network_isolation: Whether containers are cut off from all networks.

    Raises:
        ValueError: Components whose copies don't fit the instances, when they are added.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-deploy-models.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        hosting: Hosting,
        instances: SharedInstances,
        defaults: HandlerDefaults,
        placement: Placement | None = None,
        network_isolation: bool = True,
    ) -> None:
        self.hosting, self.instances, self.placement = hosting, instances, placement
        self.role = endpoint_role(scope, f"{construct_id}Role", placement=placement)
        super().__init__(
            scope,
            construct_id,
            variant=hosting.variant(model_name=None, instances=max(1, instances.minimum), managed_scaling=instances.render()),
            role=self.role,
            options=EndpointOptions(
                instance_types=hosting.instance_types,
                metrics=hosting.metrics(),
                own_role=True,
                placement=placement,
                network_isolation=network_isolation,
                retain_capacity=True,
            ),
            defaults=defaults,
        )
        # SageMaker tries the role when the configuration is made: aws/aws-cdk#10064
        self.config.node.add_dependency(self.role)
        self.component_names = _names(self)
        self._needs: dict[str, ComponentNeeds] = {}
        self._copies: dict[str, int] = {}
        self._models: list[str] = []

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the components so far, adapters among them."""
        return tuple(self._models)

    def component_name(self, model: str) -> str:
        """What SageMaker calls the component of a model: unique in the account and region."""
        return self.component_names.replace(PLACE, model)

    def component_arn(self, model: str) -> str:
        """The ARN of the component of a model, made of its name."""
        return Stack.of(self).format_arn(service="sagemaker", resource="inference-component", resource_name=self.component_name(model))

    def admit(self, model: str, needs: ComponentNeeds | None = None, scaling: CopyScaling | None = None) -> None:
        """Takes a component in, if its name is free and its copies fit beside those of the others.

        Raises:
            ValueError: A name that is taken or can't be one, or copies that don't fit.
        """
        if not _MODEL_NAME.fullmatch(model) or len(model) > LONGEST_MODEL_NAME:
            raise ValueError(f"name must be up to {LONGEST_MODEL_NAME} lower-case letters, digits and hyphens between them, got {model!r}")
        if model in self._models:
            raise ValueError(f"name must differ from those of other components, got {model} again")
        if needs is not None and scaling is not None:
            together, copies = {**self._needs, model: needs}, {**self._copies, model: scaling.maximum}
            check_copies_fit(together, copies, instance_types=self.hosting.instance_types, instances=self.instances.maximum)
            self._needs, self._copies = together, copies
        self._models.append(model)

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` ask the components that were added so far, for answers as a whole."""
        return self._grant(grantee, "sagemaker:InvokeEndpoint")

    def grant_stream(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` ask the components that were added so far, for answers in parts."""
        return self._grant(grantee, "sagemaker:InvokeEndpointWithResponseStream")

    def _grant(self, grantee: iam.IGrantable, action: str) -> iam.Grant:
        arns = [self.endpoint_arn, *(self.component_arn(model) for model in self._models)]
        return iam.Grant.add_to_principal(grantee=grantee, actions=[action], resource_arns=arns)


def _names(scope: Construct) -> str:
    """What components are called, with ``{}`` for the model.

    The stack's id tells them, and their log groups, apart from those of other deployments, earlier ones included. Nothing that a component
    is made of replaces it, so that the name stays free for updates.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-inferencecomponent.html
    """
    stack = re.sub(r"[^a-z0-9]+", "-", Stack.of(scope).stack_name.lower())[:LONGEST_STACK_NAME].strip("-")
    return f"{stack}-{PLACE}-{short_id()}"
