import json
from typing import Any

import pytest

from tests.constructs.ai_services.conftest import Scene
from tests.constructs.ai_services.test_textract_jobs import COMMON

READING = {"s3:GetObject", "s3:GetObjectVersion"}
EXPECTED = {
    "InspectDocument": READING | {"dynamodb:GetItem", "s3:ListBucket", "s3:ListBucketVersions"},
    "AnalyzeImage": READING
    | {"s3:AbortMultipartUpload", "s3:PutObject", "textract:AnalyzeDocument", "textract:AnalyzeExpense", "textract:AnalyzeID"},
    "AssembleDocument": {"s3:GetObject", "s3:PutObject"},
    "EnrichText": {"s3:GetObject", "s3:PutObject"}
    | {f"comprehend:Detect{what}" for what in ("DominantLanguage", "Entities", "KeyPhrases", "PiiEntities")},
    "StoreResult": {"dynamodb:UpdateItem", "s3:GetObject", "s3:PutObject"},
    "RecordRejection": {"dynamodb:GetItem", "dynamodb:UpdateItem", "sqs:SendMessage"},
}


@pytest.mark.parametrize(("name", "actions"), EXPECTED.items())
def test_a_step_may_do_what_its_code_does(scene: Scene, name: str, actions: set[str]) -> None:
    assert scene.actions(scene.steps.functions[name].execution_role) - COMMON == actions


def test_text_alone_takes_other_calls_and_no_comprehend(plain: Scene) -> None:
    assert "EnrichText" not in plain.steps.functions
    actions = plain.actions(plain.steps.functions["AnalyzeImage"].execution_role)
    assert {action for action in actions if action.startswith("textract:")} == {"textract:DetectDocumentText"}


@pytest.mark.parametrize(
    ("name", "action", "prefixes"),
    [
        ("AnalyzeImage", "s3:PutObject", {"work/"}),
        ("AssembleDocument", "s3:PutObject", {"work/"}),
        ("EnrichText", "s3:PutObject", {"work/"}),
        ("StoreResult", "s3:PutObject", {"redacted/", "results/", "text/"}),
        ("StoreResult", "s3:GetObject", {"redacted/", "results/", "text/", "work/"}),
    ],
)
def test_results_are_read_and_written_below_these_prefixes(scene: Scene, name: str, action: str, prefixes: set[str]) -> None:
    role = scene.steps.functions[name].execution_role
    found = [statement["Resource"] for statement in scene.statements(role) if action in statement["Action"]]
    resources = [resource for value in found for resource in (value if isinstance(value, list) else [value])]
    expected = [scene.stack.resolve(scene.store.results.arn_for_objects(f"{prefix}*")) for prefix in prefixes]
    mine = [resource for resource in resources if resource["Fn::Join"][1][0] == scene.stack.resolve(scene.store.results.bucket_arn)]
    assert sorted(mine, key=json.dumps) == sorted(expected, key=json.dumps)


def test_inspection_is_told_the_limits(scene: Scene) -> None:
    environment = scene.environment(scene.steps.functions["InspectDocument"])
    assert (environment["MAX_BYTES"], environment["MAX_PAGES"]) == ("500000000", "3000")
    assert json.loads(environment["FEATURES"]) == list(scene.options.features)
    assert environment["CONFIGURATION_ID"] == scene.options.configuration_id


def test_doubt_begins_below_the_chosen_confidence(scene: Scene, plain: Scene) -> None:
    def confidence(where: Scene) -> Any:
        return where.environment(where.steps.functions["AssembleDocument"])["REVIEW_CONFIDENCE"]

    assert (confidence(scene), confidence(plain)) == ("80", "0")


def test_the_store_knows_of_reviews_where_there_are_some(scene: Scene, plain: Scene) -> None:
    environment = scene.environment(scene.steps.functions["StoreResult"])
    assert environment["REVIEW_TIMEOUT_OUTCOME"] == "accept"
    assert environment["REVIEWS_TABLE"] == {"Ref": scene.logical_id(scene.store.reviews)}
    assert environment["RETENTION_DAYS"] == "0"
    assert not {"REVIEWS_TABLE", "REVIEW_TIMEOUT_OUTCOME"} & set(plain.environment(plain.steps.functions["StoreResult"]))


def test_an_alarm_counts_the_pages_of_a_day(scene: Scene) -> None:
    alarm = scene.alarm("PagesPerDay")
    metrics = [metric["MetricStat"] for metric in alarm["Metrics"] if "MetricStat" in metric]
    assert alarm["Threshold"] == 100
    assert {metric["Period"] for metric in metrics} == {24 * 3600}
    assert {metric["Metric"]["MetricName"] for metric in metrics} == {"PagesAnalyzed"}


def test_an_alarm_has_no_more_metrics_than_cloudwatch_takes(scene: Scene) -> None:
    metrics = scene.alarm("TextractThrottled")["Metrics"]
    assert 2 < len([metric for metric in metrics if "MetricStat" in metric]) <= 10


def test_a_dashboard_shows_pages_and_refused_calls(scene: Scene) -> None:
    assert list(scene.steps.graphs) == ["Pages", "Calls that Textract refused"]
