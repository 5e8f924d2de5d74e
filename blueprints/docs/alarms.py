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
        return _one(template, properties)
    metrics = properties.get("Metrics", [])
    formulas = [markdown.code(metric["Expression"]) for metric in metrics if "Expression" in metric]
    parts = [f"{metric['Id']} = {_one(template, metric['MetricStat']['Metric'])}" for metric in metrics if "MetricStat" in metric]
    return ", ".join(formulas + parts)


def _one(template: Template, metric: Mapping[str, Any]) -> str:
    names = [template.text(dimension["Value"]) for dimension in metric.get("Dimensions", [])]
    return f"{markdown.code(metric['Namespace'] + ' ' + metric['MetricName'])}{' of ' + ', '.join(names) if names else ''}"


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
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
