import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.document_labels import sends_events
from ml_constructs.foundation import DataKey, SecureBucket
from tests.constructs.bedrock.sync_scene import SyncScene, plain, with_tenants


@pytest.fixture
def scene() -> SyncScene:
    return with_tenants()


def denials(scene: SyncScene) -> list[dict[str, object]]:
    own = {"Ref": scene.logical_id(scene.bucket)}
    (policy,) = (found for found in scene.of_type("AWS::S3::BucketPolicy") if found["Bucket"] == own)
    return [statement for statement in policy["PolicyDocument"]["Statement"] if "s3:PutObject" in statement["Action"]]


def test_nobody_but_the_one_role_writes_labels(scene: SyncScene) -> None:
    (denial,) = denials(scene)
    assert (denial["Effect"], denial["Principal"]) == ("Deny", {"AWS": "*"})
    assert denial["Action"] == ["s3:PutObject", "s3:ReplicateObject"]
    assert denial["Resource"] == scene.resolve(scene.bucket.arn_for_objects("*.metadata.json"))
    role = scene.resolve(scene.sync.functions["RequestSync"].execution_role.role_arn)
    assert denial["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": role}}


def test_the_role_reaches_labels_of_tenants_and_no_document(scene: SyncScene) -> None:
    allowed = scene.allowed(scene.sync.functions["RequestSync"].execution_role)
    labels = scene.resolve(scene.bucket.arn_for_objects("tenants/*.metadata.json"))
    objects = {action: resource for action, resource in allowed.items() if action.startswith("s3:") and action.endswith("Object")}
    assert objects == dict.fromkeys(("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), labels)


def test_without_tenants_whoever_may_write_documents_labels_them() -> None:
    assert denials(plain()) == []


@pytest.mark.parametrize("event_bridge", [True, False])
def test_a_bucket_tells_whether_its_events_are_sent(stack: cdk.Stack, key: DataKey, event_bridge: bool) -> None:
    bucket = SecureBucket(stack, "Bucket", key=key, access_logs=None, event_bridge=event_bridge)
    assert sends_events(bucket) is event_bridge
