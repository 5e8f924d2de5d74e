"""Which of its instances an endpoint sends a request to."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_choice, check_range

STRATEGIES = ("LEAST_OUTSTANDING_REQUESTS", "RANDOM", "PREFIX_AWARE")

RoutingStrategy = Literal["LEAST_OUTSTANDING_REQUESTS", "RANDOM", "PREFIX_AWARE"]


@dataclass(frozen=True, kw_only=True)
class Routing:
    """Which instance gets a request.

    Args:
        strategy: The one with the fewest open requests, any, or the one that got the same beginning of a prompt before.
        prefix_length: Bytes of a request that count as its beginning, 1,024 to 65,536, with ``PREFIX_AWARE``.
        concurrency_threshold: Open requests of an instance from which on another is chosen, 1 to 1,024, with ``PREFIX_AWARE``.

    Raises:
        ValueError: Values out of their ranges.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantRoutingConfig.html
    """

    strategy: RoutingStrategy = "LEAST_OUTSTANDING_REQUESTS"
    prefix_length: int = 4096
    concurrency_threshold: int = 8

    def __post_init__(self) -> None:
        check_choice("strategy", self.strategy, STRATEGIES)
        check_range("prefix_length", self.prefix_length, 1024, 65_536)
        check_range("concurrency_threshold", self.concurrency_threshold, 1, 1024)

    def render(self) -> sagemaker.CfnEndpointConfig.RoutingConfigProperty:
        """The strategy as CloudFormation takes it."""
        config = sagemaker.CfnEndpointConfig
        prefixes = config.PrefixAwareRoutingConfigProperty(
            prefix_length=self.prefix_length, concurrency_threshold=self.concurrency_threshold
        )
        return config.RoutingConfigProperty(
            routing_strategy=self.strategy, prefix_aware_routing_config=prefixes if self.strategy == "PREFIX_AWARE" else None
        )
