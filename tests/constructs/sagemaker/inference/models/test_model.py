from dataclasses import dataclass
from typing import Any

import pytest
from aws_cdk import aws_ec2 as ec2

from blueprints.checks.rules import RULES
from ml_constructs.foundation import Placement
from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.artifacts import HuggingFaceArtifact, PrefixArtifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from tests.constructs.sagemaker.inference.models.model_scene import ModelScene

XGBOOST, SKLEARN, TEI = FrameworkImage("xgboost"), FrameworkImage("scikit-learn"), FrameworkImage("tei")


@dataclass
class Models:
    scene: ModelScene
    usual: Model
    placed: Model
    serial: Model
    direct: Model
    many: Model
    hub: Model
    imported: Model


@pytest.fixture(scope="module")
def models() -> Models:
    scene = ModelScene()
    archive = TarArtifact(scene.bucket, "churn/model.tar.gz")
    first, second = Container(SKLEARN, TarArtifact(scene.bucket, "features/model.tar.gz")), Container(XGBOOST, archive)
    vpc = ec2.Vpc.from_vpc_attributes(scene.stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"], isolated_subnet_ids=["subnet-1"])
    clients = ec2.SecurityGroup.from_security_group_id(scene.stack, "Clients", "sg-1")
    placement = Placement(vpc=vpc, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), security_groups=(clients,))
    named = [Container(SKLEARN, archive, hostname="first"), Container(XGBOOST, archive, hostname="second")]
    found = Models(
        scene,
        usual=scene.model(Container(XGBOOST, archive)),
        placed=scene.model(Container(XGBOOST, archive), placement=placement),
        serial=scene.model(first, second),
        direct=scene.model(*named, execution="Direct"),
        many=scene.model(Container(XGBOOST, PrefixArtifact(scene.bucket, "tenants/"), mode="MultiModel")),
        hub=scene.model(Container(TEI, HuggingFaceArtifact("owner/name")), network_isolation=False),
        imported=scene.model(Container(XGBOOST, TarArtifact(scene.imported, "model.tar.gz")), key=scene.key),
    )
    assert scene.unexplained is not None
    return found


def test_one_container_is_isolated_from_every_network_and_not_named(models: Models) -> None:
    found = models.scene.properties(models.usual.resource)
    assert set(found) == {"EnableNetworkIsolation", "ExecutionRoleArn", "PrimaryContainer"}
    assert found["EnableNetworkIsolation"] is True
    assert models.scene.stack.resolve(models.usual.model_name) == {
        "Fn::GetAtt": [models.scene.logical_id(models.usual.resource), "ModelName"]
    }


def test_its_role_may_do_what_its_containers_need_and_no_more(models: Models) -> None:
    found = models.scene.statements(models.usual.role)
    pulling = {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer"}
    assert set(found) == {*pulling, "s3:GetObject", "s3:ListBucket", "kms:Decrypt", "cloudwatch:PutMetricData"}
    assert models.scene.flat(found["s3:GetObject"]["Resource"]).endswith(".Arn}/churn/model.tar.gz")
    repository = models.scene.flat(found["ecr:BatchGetImage"]["Resource"])
    assert repository == "arn:{Partition}:ecr:{Region}:{Xgboost320Cpu}:repository/sagemaker-xgboost"


def test_it_waits_for_every_policy_of_its_role(models: Models) -> None:
    # aws/aws-cdk#10064
    for model in (models.usual, models.placed, models.serial, models.many, models.imported):
        policies = set(models.scene.policies(model.role))
        assert len(policies) > 1
        assert policies < set(models.scene.resource(model.resource)["DependsOn"])


def test_containers_join_a_network_where_they_are_placed(models: Models) -> None:
    assert models.scene.properties(models.placed.resource)["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    assert "ec2:DeleteNetworkInterface" in str(models.scene.policies(models.placed.role))
    assert "ec2:" not in str(models.scene.policies(models.usual.role))


def test_several_containers_work_one_after_the_other(models: Models) -> None:
    found = models.scene.properties(models.serial.resource)
    assert "PrimaryContainer" not in found
    assert [each["ModelDataUrl"]["Fn::Join"][1][-1] for each in found["Containers"]] == ["/features/model.tar.gz", "/churn/model.tar.gz"]
    assert found["InferenceExecutionConfig"] == {"Mode": "Serial"}


def test_several_containers_are_called_one_by_one(models: Models) -> None:
    found = models.scene.properties(models.direct.resource)
    assert [each["ContainerHostname"] for each in found["Containers"]] == ["first", "second"]
    assert found["InferenceExecutionConfig"] == {"Mode": "Direct"}


def test_what_kind_of_model_it_is_can_be_asked(models: Models) -> None:
    assert (models.usual.multi_model, models.usual.data_source) == (False, False)
    assert (models.many.multi_model, models.many.data_source) == (True, False)
    scene = ModelScene()
    assert scene.model(Container(FrameworkImage("vllm", accelerator="gpu"), PrefixArtifact(scene.bucket, "llm/"))).data_source


def test_a_key_is_used_where_the_bucket_does_not_tell_its_own(models: Models) -> None:
    found = models.scene.statements(models.imported.role)["kms:Decrypt"]
    assert found["Resource"] == models.scene.stack.resolve(models.scene.key.key_arn)


def test_a_model_of_the_hub_reaches_the_network(models: Models) -> None:
    found = models.scene.properties(models.hub.resource)
    assert found["EnableNetworkIsolation"] is False
    assert found["PrimaryContainer"]["Environment"] == {"HF_MODEL_ID": "owner/name"}


def test_a_model_that_is_downloaded_is_refused_in_isolation() -> None:
    with pytest.raises(ValueError, match=r"network_isolation must be off for tei 1\.8\.2 for cpu, which downloads its model .* got True"):
        ModelScene().model(Container(TEI, HuggingFaceArtifact("owner/name")))


def test_no_known_failure_of_deployments_is_in_the_template(models: Models) -> None:
    assert [finding for rule in RULES for finding in rule(models.scene.template)] == []


def test_every_finding_of_the_rule_packs_is_explained(models: Models) -> None:
    assert models.scene.unexplained == {}


@pytest.mark.parametrize(
    ("hostnames", "arguments", "message"),
    [
        ([], {}, "containers must be 1 to 15, got 0"),
        ([None] * 16, {}, "containers must be 1 to 15, got 16"),
        ([None], {"execution": "Parallel"}, "execution must be one of Serial, Direct, got 'Parallel'"),
        ([None], {"execution": "Direct"}, "execution must be Serial for one container, got 'Direct'"),
        ([None, None], {"execution": "Direct"}, "hostname must be given for all of 2 containers, got 0"),
        (["a", None], {}, "hostname must be given for all of 2 containers, got 1"),
        (["a", "a"], {}, "hostname must be another for each container, got a, a"),
    ],
)
def test_containers_that_do_not_go_together_are_refused(hostnames: list[str | None], arguments: Any, message: str) -> None:
    scene = ModelScene()
    archive = TarArtifact(scene.bucket, "model.tar.gz")
    with pytest.raises(ValueError, match=message):
        scene.model(*(Container(XGBOOST, archive, hostname=hostname) for hostname in hostnames), **arguments)


@pytest.mark.parametrize(("execution", "many"), [("Serial", 2), ("Direct", 1)])
def test_many_models_are_in_one_container_that_is_not_called_by_name(execution: str, many: int) -> None:
    scene = ModelScene()
    folder, archive = PrefixArtifact(scene.bucket, "models/"), TarArtifact(scene.bucket, "model.tar.gz")
    containers = [Container(XGBOOST, folder, hostname=f"many{number}", mode="MultiModel") for number in range(many)]
    with pytest.raises(ValueError, match=f"at most one of mode MultiModel, and none with execution Direct, got {many}"):
        scene.model(*containers, Container(XGBOOST, archive, hostname="one"), execution=execution)


def test_variables_have_a_limit_for_all_containers_together() -> None:
    scene = ModelScene()
    variables = {f"NAME_{number:02}": "x" * 1024 for number in range(32)}
    container = Container(XGBOOST, TarArtifact(scene.bucket, "model.tar.gz"), variables)
    with pytest.raises(ValueError, match="environments must have at most 32768 bytes together, got 32992"):
        scene.model(container)
