"""One model on an endpoint whose instances are shared."""

from typing import Any

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.compliance import acknowledge, standard_rules
from ml_constructs.sagemaker.inference.components.component_metrics import component_metric
from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds
from ml_constructs.sagemaker.inference.components.component_options import ComponentOptions, CopyScaling
from ml_constructs.sagemaker.inference.components.component_scaling import CopyCapacity
from ml_constructs.sagemaker.inference.components.inference_component_endpoint import InferenceComponentEndpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint import UNENCRYPTED
from ml_constructs.sagemaker.inference.endpoints.fitting import fitted
from ml_constructs.sagemaker.inference.models.endpoint_role import allow_logs
from ml_constructs.sagemaker.inference.models.model import Model

LOG_GROUP_PREFIX = "/aws/sagemaker/InferenceComponents/"


class InferenceComponent(Construct):
    """Serves a model in copies, which scale with the requests: from zero when somebody asks, and back when nobody does.

    An update of the component begins with ``scaling.initial`` copies again; scaling takes it from there.

    Args:
        endpoint: Where the copies run; the component is made after it and deleted before it.
        name: What callers call the model: up to 24 lower-case letters, digits and hyphens, unique in the stack.
        model: Is served.
        needs: What a copy takes of an instance.
        scaling: How many copies there are.
        options: How they are started, placed and replaced.
        defaults: The key of the logs, and how long they are kept.

    Raises:
        ValueError: A name that is taken or can't be one, an image that the instances don't run, or copies that don't fit them.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateInferenceComponent.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-deploy-models.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: InferenceComponentEndpoint,
        name: str,
        model: Model,
        needs: ComponentNeeds,
        scaling: CopyScaling | None = None,
        options: ComponentOptions | None = None,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self.scaling, self.options = scaling or CopyScaling(), options or ComponentOptions()
        _check_fit(self, endpoint, model)
        endpoint.admit(name, needs, self.scaling)
        self.endpoint, self.name, self.model, self.needs = endpoint, name, model, needs
        self.component_name = endpoint.component_name(name)
        self.log_group = self._logs(defaults)
        self.resource = sagemaker.CfnInferenceComponent(
            self,
            "Component",
            endpoint_name=endpoint.endpoint_name,
            variant_name=endpoint.variant,
            inference_component_name=self.component_name,
            specification=self._specification(),
            runtime_config=sagemaker.CfnInferenceComponent.InferenceComponentRuntimeConfigProperty(copy_count=self.scaling.initial),
            deployment_config=self.options.update.render(),
        )
        self.resource.node.add_dependency(endpoint.endpoint, self.log_group, endpoint.role, model)
        self.capacity = (
            CopyCapacity(self, "Copies", component=self.resource, name=self.component_name, scaling=self.scaling)
            if self.scaling.scaled
            else None
        )

    @property
    def component_arn(self) -> str:
        """Its ARN, made of the name."""
        return self.endpoint.component_arn(self.name)

    def metric(self, name: str, **options: Any) -> cw.Metric:
        """A metric of this component, such as ``NoCapacityInvocationFailures``.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
        """
        return component_metric(self.component_name, name, **options)

    def roll_back_on(self, *alarms: cw.IAlarm) -> None:
        """Has updates put the old copies back when one of the alarms is raised meanwhile.

        Args:
            alarms: Up to ten, on this component: their metrics name it without waiting for it.

        Raises:
            ValueError: Too many alarms.
        """
        self.resource.deployment_config = self.options.update.render(alarms)

    def _specification(self) -> sagemaker.CfnInferenceComponent.InferenceComponentSpecificationProperty:
        component, needs, options = sagemaker.CfnInferenceComponent, self.needs, self.options
        return component.InferenceComponentSpecificationProperty(
            model_name=self.model.model_name,
            compute_resource_requirements=needs.render(),
            data_cache_config=component.InferenceComponentDataCacheConfigProperty(enable_caching=options.cache),
            scheduling_config=options.placement.render() if options.placement else None,
            startup_parameters=options.start.render(),
        )

    def _logs(self, defaults: HandlerDefaults) -> logs.LogGroup:
        group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=defaults.key,
            log_group_name=f"{LOG_GROUP_PREFIX}{self.component_name}",
            removal_policy=defaults.removal_policy,
            retention=defaults.log_retention,
        )
        for role in (self.endpoint.role, self.model.role):
            allow_logs(role, group)
        if defaults.key is None:
            acknowledge(group, standard_rules("CloudWatchLogGroupEncrypted"), UNENCRYPTED)
        return group


def _check_fit(scope: Construct, endpoint: InferenceComponentEndpoint, model: Model) -> None:
    needed, given = fitted(scope, endpoint.hosting, model.containers).ami_version, endpoint.hosting.ami_version
    if needed != given:
        raise ValueError(f"ami_version of the endpoint's hosting must be {needed} for {model.containers[0].image.title}, got {given}")
