import aws_cdk as cdk

from ml_constructs.ai_services.document_metrics import calls_throttled, pages_analyzed
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
