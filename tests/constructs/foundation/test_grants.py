from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey, service_role
from ml_constructs.foundation.grants import (
    allow_service,
    grant_items,
    grant_key,
    grant_listing,
    grant_messages,
    grant_objects,
    grant_publishing,
)

Statements = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def role(stack: cdk.Stack) -> iam.Role:
    return service_role(stack, "Role", service="lambda.amazonaws.com")


@pytest.fixture
def statements(stack: cdk.Stack) -> Statements:
    def found() -> list[dict[str, Any]]:
        policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
        return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]

    return found


def via(service: str) -> dict[str, Any]:
    url = ["", [f"{service}.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}]]
    return {"StringEquals": {"kms:ViaService": {"Fn::Join": url}}}


def test_objects_below_a_prefix_are_written_with_the_key_of_their_bucket(
    stack: cdk.Stack, key: DataKey, role: iam.Role, statements: Statements
) -> None:
    bucket = s3.Bucket(stack, "Bucket", encryption_key=key)
    grant_objects(bucket, role, ("PutObject",), prefix="work/")
    objects, encryption = statements()
    assert objects["Action"] == "s3:PutObject"
    assert objects["Resource"] == stack.resolve(bucket.arn_for_objects("work/*"))
    assert encryption == {
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Condition": via("s3"),
        "Effect": "Allow",
        "Resource": stack.resolve(key.key_arn),
    }


def test_reading_takes_decryption_only(stack: cdk.Stack, key: DataKey, role: iam.Role, statements: Statements) -> None:
    grant_objects(s3.Bucket(stack, "Bucket", encryption_key=key), role, ("GetObject", "GetObjectVersion"))
    objects, encryption = statements()
    assert objects["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert objects["Resource"]["Fn::Join"][1][-1] == "/*"
    assert encryption["Action"] == "kms:Decrypt"


def test_a_prefix_is_explained_beside_the_role(stack: cdk.Stack, role: iam.Role, findings: Callable[[], dict[str, list[str]]]) -> None:
    grant_objects(s3.Bucket.from_bucket_name(stack, "Bucket", "scans"), role, ("GetObject",), prefix="in/")
    assert findings() == {}


def test_a_bucket_without_a_key_needs_none(stack: cdk.Stack, role: iam.Role, statements: Statements) -> None:
    grant_objects(s3.Bucket.from_bucket_name(stack, "Bucket", "scans"), role, ("GetObject",))
    assert [statement["Action"] for statement in statements()] == ["s3:GetObject"]


def test_listing_is_allowed_on_the_bucket_itself(stack: cdk.Stack, role: iam.Role, statements: Statements) -> None:
    bucket = s3.Bucket(stack, "Bucket")
    grant_listing(bucket, role, "ListBucket")
    assert statements() == [{"Action": "s3:ListBucket", "Effect": "Allow", "Resource": stack.resolve(bucket.bucket_arn)}]


@pytest.mark.parametrize("index", [None, "by-status"])
def test_items_are_those_of_the_table_or_of_one_index(
    stack: cdk.Stack, key: DataKey, role: iam.Role, statements: Statements, index: str | None
) -> None:
    attribute = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    encryption = dynamodb.TableEncryption.CUSTOMER_MANAGED
    table = dynamodb.Table(stack, "Table", partition_key=attribute, encryption=encryption, encryption_key=key)
    grant_items(table, role, "Query", index=index)
    items, decryption = statements()
    arn = stack.resolve(table.table_arn)
    assert items["Resource"] == ({"Fn::Join": ["", [arn, "/index/by-status"]]} if index else arn)
    assert (decryption["Action"], decryption["Condition"]) == ("kms:Decrypt", via("dynamodb"))


@pytest.mark.parametrize(
    ("action", "of_the_key"), [("SendMessage", ["kms:Decrypt", "kms:GenerateDataKey"]), ("ReceiveMessage", "kms:Decrypt")]
)
def test_messages_are_sent_and_received_with_the_key_of_their_queue(
    stack: cdk.Stack, key: DataKey, role: iam.Role, statements: Statements, action: str, of_the_key: Any
) -> None:
    queue = sqs.Queue(stack, "Queue", encryption_master_key=key)
    grant_messages(queue, role, action)
    messages, encryption = statements()
    assert (messages["Action"], messages["Resource"]) == (f"sqs:{action}", stack.resolve(queue.queue_arn))
    assert (encryption["Action"], encryption["Condition"]) == (of_the_key, via("sqs"))


def test_publishing_takes_the_key_of_the_topic(stack: cdk.Stack, key: DataKey, role: iam.Role, statements: Statements) -> None:
    topic = sns.Topic(stack, "Topic", master_key=key)
    grant_publishing(topic, role, key)
    publish, encryption = statements()
    assert (publish["Action"], publish["Resource"]) == ("sns:Publish", stack.resolve(topic.topic_arn))
    assert encryption["Condition"] == via("sns")


def test_without_a_key_there_is_nothing_to_allow(role: iam.Role, statements: Statements) -> None:
    grant_key(None, role, ("kms:Decrypt",), service="s3")
    assert statements() == []


def test_a_service_uses_the_key_on_behalf_of_this_account(stack: cdk.Stack, key: DataKey) -> None:
    allow_service(key, "sns.amazonaws.com", scope=stack)
    (policy,) = (found["Properties"]["KeyPolicy"] for found in Template.from_stack(stack).find_resources("AWS::KMS::Key").values())
    (allowed,) = (found for found in policy["Statement"] if found["Principal"] == {"Service": "sns.amazonaws.com"})
    assert allowed["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_policy_of_a_key_from_elsewhere_is_left_alone(stack: cdk.Stack) -> None:
    arn = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
    allow_service(kms.Key.from_key_arn(stack, "Elsewhere", arn), "sns.amazonaws.com", scope=stack)
    Template.from_stack(stack).resource_count_is("AWS::KMS::Key", 0)
