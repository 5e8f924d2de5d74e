"""The alarms section: what each alarm watches, when it fires and what to do."""

from collections.abc import Mapping
from typing import Any

from blueprints.docs import markdown
from blueprints.docs.template import Resource, Template

COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
LONG = 60
MISSING = {"notBreaching": "counts as good", "breaching": "counts as bad", "ignore": "keeps the state", "missing": "state becomes unknown"}


def alarms(template: Template) -> str:
    """Returns the alarms of a template as a table."""
    found = template.of_type("AWS::CloudWatch::Alarm")
    header = ("Alarm", "Metric", "Fires when", "No data", "What to do")
    return markdown.table(header, [_row(template, alarm) for alarm in found])


def _row(template: Template, alarm: Resource) -> tuple[str, ...]:
    properties = alarm.properties
    missing = MISSING[properties.get("TreatMissingData", "missing")]
    return (alarm.name, _metric(template, properties), _rule(properties), missing, template.text(properties.get("AlarmDescription", "")))


def _metric(template: Template, properties: Mapping[str, Any]) -> str:
    if "MetricName" in properties:
        return _named([_one(template, properties)])
    metrics = properties.get("Metrics", [])
    formulas = [markdown.code(metric["Expression"]) for metric in metrics if len(metric.get("Expression", "")) in range(1, LONG)]
    measured = [_one(template, metric["MetricStat"]["Metric"]) for metric in metrics if "MetricStat" in metric]
    return ", ".join([*formulas, _named(measured)])


def _one(template: Template, metric: Mapping[str, Any]) -> tuple[str, str]:
    dimensions = [template.text(dimension["Value"]) for dimension in metric.get("Dimensions", [])]
    return f"{metric['Namespace']} {metric['MetricName']}", ", ".join(dimensions)


def _named(measured: list[tuple[str, str]]) -> str:
    """Metrics by name, with what each is measured of."""
    grouped: dict[str, list[str]] = {}
    for name, subject in measured:
        grouped.setdefault(name, []).append(subject)
    texts = {markdown.code(name): ", ".join(filter(None, subjects)) for name, subjects in grouped.items()}
    return ", ".join(f"{name} of {subjects}" if subjects else name for name, subjects in texts.items())


def _rule(properties: Mapping[str, Any]) -> str:
    periods = properties["EvaluationPeriods"]
    needed = properties.get("DatapointsToAlarm", periods)
    seconds = properties.get("Period") or _stat(properties).get("Period")
    statistic = properties.get("Statistic") or properties.get("ExtendedStatistic") or _stat(properties).get("Stat") or "value"
    window = f"{needed} of {periods} periods{f' of {_time(seconds)}' if seconds else ''}"
    operator = properties["ComparisonOperator"]
    return f"{statistic} {COMPARISONS.get(operator, operator)} {_bound(properties)} for {window}"


def _stat(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    stats: list[Mapping[str, Any]] = [metric["MetricStat"] for metric in properties.get("Metrics", []) if "MetricStat" in metric]
    return stats[0] if stats else {}


def _bound(properties: Mapping[str, Any]) -> str:
    if "Threshold" not in properties:
        return f"the band of {markdown.code(properties['ThresholdMetricId'])}"
    threshold = properties["Threshold"]
    return f"{threshold:,}" if isinstance(threshold, int | float) else str(threshold)


def _time(seconds: int) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
