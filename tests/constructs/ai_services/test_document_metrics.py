import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs

from ml_constructs.ai_services.document_metrics import age, calls_throttled, depth, pages_analyzed, total
from ml_constructs.ai_services.document_options import DocumentOptions

HOUR = cdk.Duration.hours(1)


def test_pages_are_counted_by_the_functions_that_textract_answers(stack: cdk.Stack) -> None:
    metrics = pages_analyzed(stack, HOUR)
    assert [(metric.namespace, metric.metric_name, metric.dimensions) for metric in metrics] == [
        ("MlBlueprints/Stack", "PagesAnalyzed", {"service": "analyze_image"}),
        ("MlBlueprints/Stack", "PagesAnalyzed", {"service": "collect_textract_job"}),
    ]


def test_refused_calls_are_those_of_the_operations_in_use() -> None:
    metrics = calls_throttled(DocumentOptions(features=("expense",)), HOUR)
    operations = [metric.dimensions["Operation"] for metric in metrics]
    assert operations == ["AnalyzeExpense", "StartExpenseAnalysis", "GetExpenseAnalysis"]
    assert {(metric.namespace, metric.metric_name) for metric in metrics} == {("AWS/Textract", "ThrottledCount")}


def test_a_sum_takes_missing_metrics_for_zero(stack: cdk.Stack) -> None:
    found = total(pages_analyzed(stack, HOUR), "Pages", HOUR)
    assert found.expression == "SUM([FILL(m0, 0), FILL(m1, 0)])"
    assert set(found.using_metrics) == {"m0", "m1"}


def test_queues_tell_depth_and_age_at_their_worst(stack: cdk.Stack) -> None:
    queue = sqs.Queue(stack, "Queue")
    assert (depth(queue).metric_name, depth(queue).statistic) == ("ApproximateNumberOfMessagesVisible", "Maximum")
    assert (age(queue).metric_name, age(queue).statistic) == ("ApproximateAgeOfOldestMessage", "Maximum")
