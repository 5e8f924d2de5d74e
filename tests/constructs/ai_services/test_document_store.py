from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.foundation import AccessLogBucket, DataKey
from tests.constructs.ai_services.conftest import Scene

TABLES = {"index": "document", "jobs": "pk", "reviews": "id", "cache": "pk"}


@pytest.fixture
def define(stack: cdk.Stack, key: DataKey) -> Any:
    logs = AccessLogBucket(stack, "AccessLogs", retention=cdk.Duration.days(90))

    def make(**options: Any) -> Template:
        DocumentStore(stack, "Store", key=key, access_logs=logs, work_retention=cdk.Duration.days(8), **options)
        return Template.from_stack(stack)

    return make


@pytest.mark.parametrize(("name", "key"), TABLES.items())
def test_a_table_is_encrypted_restorable_and_kept(scene: Scene, name: str, key: str) -> None:
    table = getattr(scene.store, name)
    properties = scene.properties(table)
    assert properties["KeySchema"] == [{"AttributeName": key, "KeyType": "HASH"}]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"]["KMSMasterKeyId"] == scene.stack.resolve(scene.key.key_arn)
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert scene.resources[scene.logical_id(table)]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(("name", "sort_key"), [("index", "updated_at"), ("reviews", "created_at")])
def test_rows_are_found_by_status(scene: Scene, name: str, sort_key: str) -> None:
    (index,) = scene.properties(getattr(scene.store, name))["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-status"
    assert [part["AttributeName"] for part in index["KeySchema"]] == ["status", sort_key]


def test_only_uploads_are_told_to_eventbridge(scene: Scene) -> None:
    notifications = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert scene.properties(scene.store.documents)["NotificationConfiguration"] == notifications
    assert "NotificationConfiguration" not in scene.properties(scene.store.results)


def test_intermediate_results_go_and_the_rest_stays(scene: Scene) -> None:
    rules = scene.properties(scene.store.results)["LifecycleConfiguration"]["Rules"]
    assert [(rule.get("Prefix"), rule["ExpirationInDays"]) for rule in rules if "ExpirationInDays" in rule] == [("work/", 8)]
    assert not [rule for rule in scene.properties(scene.store.documents)["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule]


def test_documents_and_results_go_after_the_retention(define: Any) -> None:
    template = define(retention=cdk.Duration.days(30))
    rule = Match.object_like({"ExpirationInDays": 30, "Status": "Enabled"})
    template.resource_properties_count_is("AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": Match.array_with([rule])}}, 2)


def test_tables_that_go_with_the_stack_are_not_protected(define: Any) -> None:
    template = define(removal_policy=cdk.RemovalPolicy.DESTROY)
    template.all_resources("AWS::DynamoDB::Table", {"DeletionPolicy": "Delete", "Properties": {"DeletionProtectionEnabled": False}})
