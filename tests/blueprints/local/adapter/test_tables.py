"""What becomes of a table's settings."""

from typing import Any

import pytest

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw


def table(**settings: Any) -> dict[str, Any]:
    return {"Table": {**raw.TABLE, "Properties": {**raw.TABLE["Properties"], **settings}}}


def settings(aws: EmbeddedAws) -> tuple[str, str, str | None]:
    """What DynamoDB tells of a table: time to live, point-in-time recovery and encryption."""
    template = table(
        TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        SSESpecification={"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:us-east-1:123456789012:key/a"},
    )
    name = raw.deploy(aws, "configured-table", template, {"Name": raw.ref("Table")})["Name"]
    dynamodb = aws.client("dynamodb")
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    lifetime = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    encryption = dynamodb.describe_table(TableName=name)["Table"].get("SSEDescription", {})
    return lifetime["TimeToLiveStatus"], recovery["PointInTimeRecoveryStatus"], encryption.get("KMSMasterKeyArn")


@pytest.mark.long
def test_ministack_drops_settings_of_tables(plain_aws: EmbeddedAws) -> None:
    assert settings(plain_aws) == ("DISABLED", "DISABLED", None)


def test_tables_keep_their_settings(adapted_aws: EmbeddedAws) -> None:
    assert settings(adapted_aws) == ("ENABLED", "ENABLED", "arn:aws:kms:us-east-1:123456789012:key/a")


def destroy_protected(aws: EmbeddedAws) -> str:
    raw.deploy(aws, "protected-table", table(DeletionProtectionEnabled=True), {})
    return raw.destroy(aws, "protected-table")


@pytest.mark.long
def test_ministack_deletes_protected_tables(plain_aws: EmbeddedAws) -> None:
    assert destroy_protected(plain_aws) == "DELETE_COMPLETE"


def test_protected_tables_stay(adapted_aws: EmbeddedAws) -> None:
    assert destroy_protected(adapted_aws) == "DELETE_FAILED"
