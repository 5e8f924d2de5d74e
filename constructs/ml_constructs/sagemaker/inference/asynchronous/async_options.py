"""How an asynchronous endpoint is scaled, and what it is asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Duration

from ml_constructs.foundation.checks import check_range, check_text
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds

LARGEST_INPUT_BYTES = 1_000_000_000
LONGEST_COOLDOWN = 3600
MOST_CONCURRENT = 1000
MOST_INSTANCES = 1000
SUFFIX = r"\.[a-z0-9]{1,16}"
PREFIX = r"([A-Za-z0-9!_.*'()-]+/)+"
A_PREFIX = "names of safe characters, each followed by a slash"
SPARE = Duration.minutes(15)
"""For what neither time-out counts: the transfer of large files, and the notice."""


def _default_types() -> dict[str, str]:
    return {".csv": "text/csv", ".json": "application/json"}


@dataclass(frozen=True, kw_only=True)
class AsyncScaling:
    """How many instances work requests off.

    Requests wait while instances start, so that there may be none when there is nothing to do.

    Args:
        min_instances: Instances at least; 0 lets them all go.
        max_instances: Instances at most, at least 1.
        backlog_per_instance: Requests that wait or are worked on for each instance, above which there are more of them; fewer than an
            instance works on at once, or instances that are fully busy count as idle, and capacity goes up and down.
        scale_in_cooldown: How long after a change fewer instances are considered, up to an hour.
        scale_out_cooldown: How long after a change more are, up to an hour; also after the first one, which needs that time to start.

    Raises:
        ValueError: Counts that contradict each other, or a value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html
    """

    min_instances: int = 0
    max_instances: int = 2
    backlog_per_instance: float = 3
    scale_in_cooldown: Duration = field(default_factory=lambda: Duration.minutes(10))
    scale_out_cooldown: Duration = field(default_factory=lambda: Duration.minutes(5))

    def __post_init__(self) -> None:
        check_range("max_instances", self.max_instances, 1, MOST_INSTANCES)
        check_range("min_instances", self.min_instances, 0, self.max_instances)
        if self.backlog_per_instance <= 0:
            raise ValueError(f"backlog_per_instance must be above 0, got {self.backlog_per_instance}")
        check_seconds("scale_in_cooldown", self.scale_in_cooldown, 0, LONGEST_COOLDOWN)
        check_seconds("scale_out_cooldown", self.scale_out_cooldown, 0, LONGEST_COOLDOWN)

    @property
    def scaled(self) -> bool:
        """Whether the number changes with the backlog."""
        return self.max_instances > self.min_instances

    @property
    def initial_instances(self) -> int:
        """How many the endpoint begins with: SageMaker makes none without one."""
        return max(1, self.min_instances)


@dataclass(frozen=True, kw_only=True)
class AsyncRequests:
    """What a model is asked, and how long it is waited for.

    Args:
        prefix: Start of the keys of uploads that are inputs; ends with a slash.
        content_types: MIME types by the ending of the names of files, in lower case; others are refused.
        accept: MIME type that answers are asked for in; the container's own when left out.
        max_bytes: The largest file, up to ``LARGEST_INPUT_BYTES``.
        time_to_live: How long a request may wait, 1 minute to 6 hours.
        timeout: How long the model may take, 1 second to 1 hour.

    Raises:
        ValueError: A value out of its range, or what can't be an ending.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
    """

    prefix: str = "requests/"
    content_types: Mapping[str, str] = field(default_factory=_default_types)
    accept: str | None = None
    max_bytes: int = LARGEST_INPUT_BYTES
    time_to_live: Duration = field(default_factory=lambda: Duration.hours(6))
    timeout: Duration = field(default_factory=lambda: Duration.minutes(15))

    def __post_init__(self) -> None:
        check_text("prefix", self.prefix, PREFIX, A_PREFIX)
        if not self.content_types:
            raise ValueError("content_types must name at least one ending, got none")
        for suffix in self.content_types:
            check_text("content_types", suffix, SUFFIX, "endings in lower case such as .csv")
        check_range("max_bytes", self.max_bytes, 1, LARGEST_INPUT_BYTES)
        check_seconds("time_to_live", self.time_to_live, 60, 21_600)
        check_seconds("timeout", self.timeout, 1, 3600)

    @property
    def answer_seconds(self) -> int:
        """After which nothing more is heard of a request."""
        return seconds(self.time_to_live) + seconds(self.timeout) + seconds(SPARE)

    @property
    def environment(self) -> dict[str, str]:
        """The requests as the function that makes them is told."""
        return {
            "INVOCATION_TIMEOUT_SECONDS": str(seconds(self.timeout)),
            "MAX_BYTES": str(self.max_bytes),
            "MIME_TYPES": json.dumps(sorted(self.content_types.items())),
            "REQUEST_TTL_SECONDS": str(seconds(self.time_to_live)),
            **({"ACCEPT": self.accept} if self.accept else {}),
        }
