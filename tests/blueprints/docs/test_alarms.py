from typing import Any

from blueprints.docs.alarms import alarms
from blueprints.docs.template import Template


def test_an_alarm_says_what_it_watches_when_it_fires_and_what_to_do(template: Template) -> None:
    row = alarms(template).splitlines()[2]
    assert row == (
        "| Alarms/Late | `AWS/SQS ApproximateAgeOfOldestMessage` of Intake/Queue | Maximum ≥ 3,600 for 3 of 3 periods of 5 min "
        "| counts as good | Documents wait \\| look at the queue. |"
    )


def test_an_expression_is_shown_with_its_metrics(body: dict[str, Any]) -> None:
    stat = {"Metric": {"Namespace": "AWS/States", "MetricName": "ExecutionsFailed"}, "Period": 90, "Stat": "Sum"}
    body["Resources"]["Late"]["Properties"] = {
        "Metrics": [{"Id": "share", "Expression": "100 * failed"}, {"Id": "failed", "MetricStat": stat}],
        "ComparisonOperator": "LessThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 5,
    }
    text = alarms(Template(body))
    assert "| `100 * failed`, `AWS/States ExecutionsFailed` | Sum < 5 for 1 of 1 periods of 90 s | state becomes unknown |" in text


def test_many_metrics_of_one_name_are_told_by_what_they_measure(body: dict[str, Any]) -> None:
    def throttled(operation: str) -> dict[str, Any]:
        dimension = {"Name": "Operation", "Value": operation}
        metric = {"Namespace": "AWS/Textract", "MetricName": "ThrottledCount", "Dimensions": [dimension]}
        return {"Id": operation.lower(), "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Sum"}}

    expression = {"Id": "sum", "Expression": "SUM([FILL(first, 0), FILL(second, 0), FILL(third, 0), FILL(fourth, 0)])"}
    properties = body["Resources"]["Late"]["Properties"]
    for name in ("Namespace", "MetricName", "Dimensions", "Statistic", "Period"):
        del properties[name]
    properties["Metrics"] = [expression, throttled("AnalyzeID"), throttled("AnalyzeExpense")]
    assert "| `AWS/Textract ThrottledCount` of AnalyzeID, AnalyzeExpense | Sum ≥ 3,600 for 3 of 3 periods of 1 d |" in alarms(
        Template(body)
    )


def test_a_band_is_named_where_there_is_no_threshold(body: dict[str, Any]) -> None:
    properties = body["Resources"]["Late"]["Properties"]
    del properties["Threshold"], properties["Period"]
    properties |= {"ThresholdMetricId": "band", "ComparisonOperator": "GreaterThanUpperThreshold"}
    assert "Maximum GreaterThanUpperThreshold the band of `band` for 3 of 3 periods" in alarms(Template(body))
