from typing import Any

import pytest

from blueprints.checks.rules.graph import dependencies
from tests.constructs.bedrock.aurora_scene import AuroraScene, aurora_scene, placement


@pytest.fixture(scope="module")
def scene() -> AuroraScene:
    return aurora_scene()


@pytest.fixture(scope="module")
def cluster(scene: AuroraScene) -> Any:
    return scene.properties(scene.kept.cluster.cluster)


def children(scene: AuroraScene, store: str, kind: str) -> dict[str, Any]:
    resources = scene.template["Resources"]
    return {name: found for name, found in resources.items() if name.startswith(store) and found["Type"] == kind}


def test_it_scales_without_servers_as_far_as_it_is_told(scene: AuroraScene, cluster: Any) -> None:
    assert (cluster["Engine"], cluster["EngineVersion"]) == ("aurora-postgresql", "17")
    assert cluster["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 4}
    passing = scene.properties(scene.passing.cluster.cluster)
    assert passing["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 1, "MaxCapacity": 8}
    (writer,) = children(scene, "Kept", "AWS::RDS::DBInstance").values()
    assert writer["Properties"]["DBInstanceClass"] == "db.serverless"


def test_it_is_reached_through_the_data_api_and_by_no_network(scene: AuroraScene, cluster: Any) -> None:
    assert cluster["EnableHttpEndpoint"] is True
    (writer,) = children(scene, "Kept", "AWS::RDS::DBInstance").values()
    assert writer["Properties"]["PubliclyAccessible"] is False
    (group,) = children(scene, "Kept", "AWS::EC2::SecurityGroup").items()
    assert "SecurityGroupIngress" not in group[1]["Properties"]
    assert [rule["CidrIp"] for rule in group[1]["Properties"]["SecurityGroupEgress"]] == ["255.255.255.255/32"]
    assert cluster["VpcSecurityGroupIds"] == [{"Fn::GetAtt": [group[0], "GroupId"]}]
    (subnets,) = children(scene, "Kept", "AWS::RDS::DBSubnetGroup").values()
    assert subnets["Properties"]["SubnetIds"] == ["subnet-a", "subnet-b"]


def test_everything_it_stores_is_encrypted_with_the_key(scene: AuroraScene, cluster: Any) -> None:
    key = scene.stack.resolve(scene.key.key_arn)
    assert (cluster["StorageEncrypted"], cluster["KmsKeyId"]) == (True, key)
    (writer,) = children(scene, "Kept", "AWS::RDS::DBInstance").values()
    assert writer["Properties"]["PerformanceInsightsKMSKeyId"] == key
    assert scene.properties(scene.kept.cluster.log_group)["KmsKeyId"] == key


def test_rds_makes_and_changes_the_password_and_connections_are_encrypted(scene: AuroraScene, cluster: Any) -> None:
    assert cluster["ManageMasterUserPassword"] is True
    assert cluster["MasterUserSecret"] == {"KmsKeyId": scene.stack.resolve(scene.key.key_arn)}
    assert "MasterUserPassword" not in cluster
    assert cluster["EnableIAMDatabaseAuthentication"] is True
    (parameters,) = children(scene, "Kept", "AWS::RDS::DBClusterParameterGroup").values()
    assert parameters["Properties"]["Parameters"] == {"rds.force_ssl": "1"}


def test_it_is_backed_up_protected_and_kept_with_what_it_uses(scene: AuroraScene, cluster: Any) -> None:
    assert (cluster["BackupRetentionPeriod"], cluster["DeletionProtection"], cluster["CopyTagsToSnapshot"]) == (14, True, True)
    kinds = ("RDS::DBCluster", "RDS::DBInstance", "RDS::DBSubnetGroup", "RDS::DBClusterParameterGroup", "EC2::SecurityGroup")
    for kind in kinds:
        (found,) = children(scene, "Kept", f"AWS::{kind}").values()
        assert found["DeletionPolicy"] == "Retain", kind


def test_it_goes_with_the_stack_where_that_is_asked_for(scene: AuroraScene) -> None:
    passing = scene.resource(scene.passing.cluster.cluster)
    assert (passing["DeletionPolicy"], passing["Properties"]["DeletionProtection"]) == ("Delete", False)


def test_its_log_is_there_before_rds_would_make_one(scene: AuroraScene, cluster: Any) -> None:
    log = scene.kept.cluster.log_group
    start, *_, end = scene.properties(log)["LogGroupName"]["Fn::Join"][1]
    assert (start, end) == (f"/aws/rds/cluster/{cluster['DBClusterIdentifier']['Fn::Join'][1][0]}", "/postgresql")
    assert scene.properties(log)["RetentionInDays"] == 365
    assert cluster["EnableCloudwatchLogsExports"] == ["postgresql"]
    assert scene.logical_id(log) in dependencies(scene.template, scene.logical_id(scene.kept.cluster.cluster))


def test_its_name_is_not_taken_by_what_an_earlier_stack_has_left(cluster: Any) -> None:
    assert "AWS::StackId" in str(cluster["DBClusterIdentifier"])


def test_a_role_runs_statements_with_the_password(scene: AuroraScene) -> None:
    cluster = scene.stack.resolve(scene.kept.cluster.arn)
    assert scene.allowed(scene.role, "rds-data:ExecuteStatement") == [cluster]
    assert scene.allowed(scene.role, "secretsmanager:GetSecretValue") == [scene.stack.resolve(scene.kept.cluster.secret_arn)]
    (decryption,) = [found for found in scene.statements(scene.role) if found["Action"] == "kms:Decrypt"]
    assert decryption["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Join"][1][0] == "secretsmanager."


def test_one_zone_is_not_enough(scene: AuroraScene) -> None:
    narrow = placement(scene.stack, "Narrow", zones=1)
    with pytest.raises(ValueError, match="placement must have subnets in at least 2 availability zones, got 1"):
        scene.store_in("InOneZone", placement=narrow)
