"""An endpoint that takes requests by the queue, and has instances only while there are any."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation.checks import check_range
from ml_constructs.foundation.handler_function import HandlerDefaults
from ml_constructs.sagemaker.inference.asynchronous.async_notices import InferenceNotices
from ml_constructs.sagemaker.inference.asynchronous.async_options import MOST_CONCURRENT, AsyncScaling
from ml_constructs.sagemaker.inference.asynchronous.async_places import AsyncPlaces
from ml_constructs.sagemaker.inference.capacity.endpoint_scaling import VARIANT_INSTANCES, ScalableCapacity
from ml_constructs.sagemaker.inference.capacity.variant_scaling import variant_capacity
from ml_constructs.sagemaker.inference.endpoints.endpoint import NAMESPACE, Endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_config import EndpointOptions
from ml_constructs.sagemaker.inference.endpoints.fitting import fitted
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.endpoints.routing import Routing
from ml_constructs.sagemaker.inference.models.model import Model

MINUTE = Duration.minutes(1)
CONCURRENCY = 4
WAKING = (
    "Requests wait and there is no instance: one is being added. This alarm is part of the scaling and needs nobody, unless it stays on: "
    "then see the endpoint's scaling activities for want of capacity or quota."
)
CONFIG = sagemaker.CfnEndpointConfig


class AsyncEndpoint(Endpoint):
    """Serves one model to callers who don't wait: requests and answers lie in S3, and topics tell of both good and bad ends.

    The number of instances follows the backlog of each. From none, where there is nothing to divide by, the first request in the queue
    brings one back.

    Args:
        model: What is served, in one container.
        hosting: The instances.
        scaling: How many there are.
        places: Where inputs are found and answers put; the model's role is let in.
        notices: The topics; the model's role may publish to them.
        defaults: Key, retention and removal policy of the blueprint.
        concurrency: Requests that an instance works on at once, 1 to 1,000; ``None`` lets SageMaker choose.

    Raises:
        ValueError: Instances that can't run the image, several containers, a routing, or a concurrency out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model: Model,
        hosting: Hosting,
        scaling: AsyncScaling,
        places: AsyncPlaces,
        notices: InferenceNotices,
        defaults: HandlerDefaults,
        concurrency: int | None = CONCURRENCY,
    ) -> None:
        _check(model, hosting, concurrency)
        hosting = fitted(scope, hosting, model.containers)
        places.grant(model.role)
        notices.grant_publishing(model.role)
        super().__init__(
            scope,
            construct_id,
            variant=hosting.variant(model_name=model.model_name, instances=scaling.initial_instances),
            role=model.role,
            options=EndpointOptions(
                instance_types=hosting.instance_types,
                asynchronous=_asynchronous(places, notices, concurrency),
                metrics=hosting.metrics(),
                retain_capacity=scaling.scaled,
            ),
            defaults=defaults,
        )
        # Instances take requests from the queue: there is nothing to route.
        self.config.add_property_deletion_override("ProductionVariants.0.RoutingConfig")
        self.model, self.hosting, self.scaling, self.places, self.notices = model, hosting, scaling, places, notices
        self.capacity = self._scale(scaling) if scaling.scaled else None

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` put requests into the queue of this endpoint and no other."""
        return iam.Grant.add_to_principal(grantee=grantee, actions=["sagemaker:InvokeEndpointAsync"], resource_arns=[self.endpoint_arn])

    def metric_queue(self, name: str, *, period: Duration = MINUTE, statistic: str = "Maximum") -> cw.Metric:
        """A metric of the queue, which is the endpoint's and not a variant's.

        Args:
            name: Such as ``ApproximateBacklogSize``.
            period: Of each value.
            statistic: Of the values in a period.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
        """
        dimensions = {"EndpointName": self.endpoint_name}
        return cw.Metric(namespace=NAMESPACE, metric_name=name, dimensions_map=dimensions, period=period, statistic=statistic)

    def _scale(self, scaling: AsyncScaling) -> ScalableCapacity:
        capacity = variant_capacity(self, VARIANT_INSTANCES, scaling.min_instances, scaling.max_instances)
        capacity.track_metric(
            "Backlog",
            name="ApproximateBacklogSizePerInstance",
            dimensions={"EndpointName": self.endpoint_name},
            target=scaling.backlog_per_instance,
            scale_in_cooldown=scaling.scale_in_cooldown,
            scale_out_cooldown=scaling.scale_out_cooldown,
        )
        if scaling.min_instances == 0:
            waiting = self.metric_queue("HasBacklogWithoutCapacity")
            capacity.step_out("Wake", metric=waiting, cooldown=scaling.scale_out_cooldown, advice=WAKING)
        return capacity


def _check(model: Model, hosting: Hosting, concurrency: int | None) -> None:
    if len(model.containers) != 1 or model.multi_model:
        given = "one of many models" if model.multi_model else str(len(model.containers))
        raise ValueError(f"model must have one container with one model for an asynchronous endpoint, got {given}")
    strategy = hosting.routing.strategy
    if strategy != Routing().strategy:
        raise ValueError(f"routing must be left out for an asynchronous endpoint, whose instances take from a queue, got {strategy}")
    if concurrency is not None:
        check_range("concurrency", concurrency, 1, MOST_CONCURRENT)


def _asynchronous(places: AsyncPlaces, notices: InferenceNotices, concurrency: int | None) -> CONFIG.AsyncInferenceConfigProperty:
    key = places.results.encryption_key
    topics = CONFIG.AsyncInferenceNotificationConfigProperty(success_topic=notices.success.topic_arn, error_topic=notices.error.topic_arn)
    output = CONFIG.AsyncInferenceOutputConfigProperty(
        kms_key_id=key.key_arn if key else None,
        notification_config=topics,
        s3_output_path=places.results.s3_url_for_object(places.answers.rstrip("/")),
        s3_failure_path=places.results.s3_url_for_object(places.failures.rstrip("/")),
    )
    client = CONFIG.AsyncInferenceClientConfigProperty(max_concurrent_invocations_per_instance=concurrency)
    return CONFIG.AsyncInferenceConfigProperty(output_config=output, client_config=client if concurrency is not None else None)
