"""What is measured of texts; no dimension tells of a caller or a model."""

from aws_lambda_powertools.metrics import MetricUnit

from inference.runtime import metrics


def took(name: str, seconds: float) -> None:
    """Adds a time to the metric ``name``."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)
