from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import AccessLogBucket, DataKey
from ml_constructs.foundation.record_store import BY_STATUS, RecordStore


def define(**options: Any) -> tuple[RecordStore, Template]:
    stack = cdk.Stack(cdk.App(), "Deployment")
    logs = AccessLogBucket(stack, "AccessLogs", retention=cdk.Duration.days(365))
    store = RecordStore(stack, "Store", record="inference", key=DataKey(stack, "Key"), access_logs=logs, **options)
    return store, Template.from_stack(stack)


@pytest.fixture(scope="module")
def kept() -> tuple[RecordStore, Template]:
    return define()


def test_records_are_found_by_status(kept: tuple[RecordStore, Template]) -> None:
    index = {"IndexName": BY_STATUS, "KeySchema": Match.array_with([{"AttributeName": "status", "KeyType": "HASH"}])}
    keys = [{"AttributeName": "inference", "KeyType": "HASH"}]
    properties = {"KeySchema": keys, "GlobalSecondaryIndexes": Match.array_with([Match.object_like(index)])}
    kinds = [kind for kind in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable") if kept[1].find_resources(kind)]
    kept[1].has_resource_properties(*kinds, properties)


def test_uploads_are_told_of_and_results_are_not(kept: tuple[RecordStore, Template]) -> None:
    told = list(kept[1].find_resources("Custom::S3BucketNotifications"))
    buckets = kept[1].find_resources("AWS::S3::Bucket", {"Properties": {"NotificationConfiguration": Match.any_value()}})
    assert [name for name in (*told, *buckets) if "Results" in name] == []
    assert [name for name in (*told, *buckets) if "Inputs" in name] != []


def test_everything_is_kept_without_end_unless_told_otherwise(kept: tuple[RecordStore, Template]) -> None:
    assert kept[0].retention_days == 0
    assert define(retention=cdk.Duration.days(30))[0].retention_days == 30
