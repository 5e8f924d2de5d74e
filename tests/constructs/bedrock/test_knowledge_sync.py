from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.knowledge_sync import KnowledgeSync
from ml_constructs.bedrock.sync_options import DOCUMENT_TYPES, SyncOptions
from ml_constructs.foundation import DataKey, HandlerDefaults, SecureBucket
from ml_constructs.testing import rule_findings
from tests.constructs.bedrock import sync_scene
from tests.constructs.bedrock.sync_scene import SOURCES, Base, SyncScene


@pytest.fixture(params=["plain", "with_tenants"])
def scene(request: pytest.FixtureRequest) -> SyncScene:
    found: SyncScene = getattr(sync_scene, request.param)()
    return found


def test_no_rule_of_any_pack_is_broken() -> None:
    scene = SyncScene(SyncOptions(tenant_attribute="tenant"))
    assert rule_findings(scene.app) == {}


def test_the_one_that_asks_for_runs_reads_no_document(scene: SyncScene) -> None:
    allowed = scene.allowed(scene.sync.functions["RequestSync"].execution_role)
    own = {"dynamodb:GetItem", "dynamodb:UpdateItem", "sqs:SendMessage", "states:StartExecution"}
    assert allowed.keys() >= own
    assert allowed["states:StartExecution"] == scene.resolve(scene.sync.workflow.arn)
    assert allowed["sqs:SendMessage"] == scene.resolve(scene.sync.failed.queue_arn)
    labels = {action for action in allowed if action.startswith("s3:") and action.endswith("Object")}
    assert {str(allowed[action]).count(".metadata.json") for action in labels} <= {1}


def test_without_tenants_it_does_not_even_look_into_the_bucket() -> None:
    scene = sync_scene.plain()
    assert not [action for action in scene.allowed(scene.sync.functions["RequestSync"].execution_role) if action.startswith("s3:")]
    assert "TENANT_ATTRIBUTE" not in scene.environment(scene.sync.functions["RequestSync"])


def test_the_one_that_reports_asks_the_one_knowledge_base(scene: SyncScene) -> None:
    allowed = scene.allowed(scene.sync.functions["ReportIngestion"].execution_role)
    assert {action: resource for action, resource in allowed.items() if action.startswith("bedrock:")} == {
        "bedrock:GetIngestionJob": Base.knowledge_base_arn,
        "bedrock:ListKnowledgeBaseDocuments": Base.knowledge_base_arn,
    }
    assert {action for action in allowed if action.startswith("s3:")} == {"s3:ListBucket"}
    assert scene.environment(scene.sync.functions["ReportIngestion"])["KNOWLEDGE_BASE_ID"] == Base.knowledge_base_id


def test_functions_are_told_where_problems_go(scene: SyncScene) -> None:
    for name in ("RequestSync", "ReportIngestion"):
        told = scene.environment(scene.sync.functions[name])
        assert told["FAILED_QUEUE_URL"] == {"Ref": scene.logical_id(scene.sync.failed)}
        assert told["SYNC_TABLE"] == {"Ref": scene.logical_id(scene.sync.table)}
        assert told["DOCUMENTS_BUCKET"] == {"Ref": scene.logical_id(scene.bucket)}


def test_file_types_and_tenants_are_as_the_options_say() -> None:
    scene = sync_scene.with_tenants()
    told = scene.environment(scene.sync.functions["RequestSync"])
    assert told["TENANT_ATTRIBUTE"] == "tenant"
    assert told["FILE_TYPES"] == str(list(DOCUMENT_TYPES)).replace("'", '"')


@pytest.mark.parametrize(("name", "batch", "window"), [("plain", 10, None), ("with_tenants", 100, 30)])
def test_changes_are_gathered_as_long_as_asked_for(name: str, batch: int, window: int | None) -> None:
    (mapping,) = getattr(sync_scene, name)().of_type("AWS::Lambda::EventSourceMapping")
    assert (mapping["BatchSize"], mapping.get("MaximumBatchingWindowInSeconds")) == (batch, window)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_the_table_holds_nothing_that_outlives_the_stack(scene: SyncScene) -> None:
    table = scene.resource(scene.sync.table)
    assert table["DeletionPolicy"] == "Delete"
    assert table["Properties"]["SSESpecification"]["KMSMasterKeyId"] == scene.resolve(scene.key.key_arn)
    assert table["Properties"]["TimeToLiveSpecification"]["AttributeName"] == "expires_at"


def test_failed_documents_wait_for_two_weeks(scene: SyncScene) -> None:
    failed = scene.properties(scene.sync.failed)
    assert failed["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert failed["KmsMasterKeyId"] == scene.resolve(scene.key.key_arn)


def test_a_failed_document_raises_an_alarm(scene: SyncScene) -> None:
    alarm = scene.alarm("FailedDocuments")
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)


def test_a_dashboard_shows_documents_queues_and_runs(scene: SyncScene) -> None:
    assert {title: len(metrics) for title, metrics in scene.sync.graphs.items()} == {
        "Documents taken in": 4,
        "Failed documents to look at": 1,
        "Queued and lost changes": 2,
        "Age of the oldest change": 1,
        "Runs": 4,
        "Duration of runs": 1,
    }


def define(stack: cdk.Stack, key: DataKey, *, event_bridge: bool = True, **changes: Any) -> KnowledgeSync:
    bucket = SecureBucket(stack, "Documents", key=key, access_logs=None, event_bridge=event_bridge)
    given: dict[str, Any] = {"sources": SOURCES, "options": SyncOptions(), "defaults": HandlerDefaults(key=key)}
    return KnowledgeSync(stack, "Sync", knowledge_base=Base(), bucket=bucket, **given | changes)


def test_a_knowledge_base_without_data_sources_is_refused(stack: cdk.Stack, key: DataKey) -> None:
    with pytest.raises(ValueError, match="sources must have a data source at least, got none"):
        define(stack, key, sources={})


def test_a_bucket_whose_events_nobody_gets_is_refused(stack: cdk.Stack, key: DataKey) -> None:
    with pytest.raises(ValueError, match="bucket must send its events to EventBridge"):
        define(stack, key, event_bridge=False)


def test_without_a_key_nothing_is_defined(stack: cdk.Stack, key: DataKey) -> None:
    with pytest.raises(ValueError, match="defaults must have a key"):
        define(stack, key, defaults=HandlerDefaults(key=None))
