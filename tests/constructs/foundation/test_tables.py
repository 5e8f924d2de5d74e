from collections.abc import Callable

import aws_cdk as cdk
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey
from ml_constructs.foundation.tables import RecordTable


def test_a_table_is_encrypted_restorable_and_forgets(stack: cdk.Stack, key: DataKey, template: Callable[[], Template]) -> None:
    RecordTable(stack, "Records", key=key)
    expected = {
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": stack.resolve(key.key_arn)},
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
    }
    template().has_resource("AWS::DynamoDB::Table", {"Properties": expected, "DeletionPolicy": "Retain"})


def test_a_table_breaks_no_rule(stack: cdk.Stack, key: DataKey, findings: Callable[[], dict[str, list[str]]]) -> None:
    RecordTable(stack, "Records", key=key)
    assert findings() == {}


def test_a_table_of_nothing_lasting_goes_with_the_stack(stack: cdk.Stack, key: DataKey, template: Callable[[], Template]) -> None:
    RecordTable(stack, "Records", key=key, partition_key="id", removal_policy=cdk.RemovalPolicy.DESTROY)
    expected = {"DeletionProtectionEnabled": False, "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    template().has_resource("AWS::DynamoDB::Table", {"Properties": expected, "DeletionPolicy": "Delete"})
