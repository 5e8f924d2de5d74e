import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds
from ml_constructs.sagemaker.inference.components.component_options import ComponentOptions
from ml_constructs.testing import rule_findings
from tests.constructs.sagemaker.inference.components.component_scene import Scene, adapted

COMPONENT = "AWS::SageMaker::InferenceComponent"


@pytest.fixture(scope="module")
def scene() -> Scene:
    return adapted()


def test_a_component_has_its_model_and_what_a_copy_needs(scene: Scene) -> None:
    _, base = scene.component("Assistant")
    specification = base["Properties"]["Specification"]
    assert specification["ModelName"]["Fn::GetAtt"][0].startswith("assistantModel")
    assert specification["ComputeResourceRequirements"] == {"MinMemoryRequiredInMb": 1024, "NumberOfAcceleratorDevicesRequired": 1}
    assert specification["StartupParameters"] == {
        "ModelDataDownloadTimeoutInSeconds": 1800,
        "ContainerStartupHealthCheckTimeoutInSeconds": 1800,
    }
    assert specification["DataCacheConfig"] == {"EnableCaching": True}
    assert specification["SchedulingConfig"]["PlacementStrategy"] == "SPREAD"
    assert base["Properties"]["RuntimeConfig"] == {"CopyCount": 1}
    assert "Container" not in specification


def test_things_are_made_in_order_and_deleted_the_other_way_round(scene: Scene) -> None:
    base_id, base = scene.component("Assistant")
    _, adapter = scene.component("Legal")
    (endpoint,) = scene.template.find_resources("AWS::SageMaker::Endpoint")
    (target,) = scene.template.find_resources("AWS::ApplicationAutoScaling::ScalableTarget").values()
    assert endpoint in base["DependsOn"]
    assert base_id in adapter["DependsOn"]
    assert target["DependsOn"] == [base_id]


def test_logs_are_encrypted_and_end_before_sagemaker_could_make_a_group(scene: Scene) -> None:
    groups = scene.template.find_resources("AWS::Logs::LogGroup")
    ((name, group),) = [(name, each) for name, each in groups.items() if "InferenceComponents" in str(each)]
    assert name in scene.component("Assistant")[1]["DependsOn"]
    assert group["Properties"]["RetentionInDays"] == 365
    assert "KmsKeyId" in group["Properties"]


def test_all_rule_packs_are_content() -> None:
    assert rule_findings(adapted().app) == {}


def test_placement_and_cache_may_be_left_to_sagemaker() -> None:
    found = Scene()
    found.add(options=ComponentOptions(placement=None, cache=False))
    specification = found.properties(COMPONENT)[0]["Specification"]
    assert specification["DataCacheConfig"] == {"EnableCaching": False}
    assert "SchedulingConfig" not in specification


def test_an_update_goes_back_when_an_alarm_is_raised() -> None:
    found = Scene()
    component = found.add()
    alarm = cw.Alarm(found.stack, "Alarm", metric=component.metric("Invocation5XXErrors"), threshold=1, evaluation_periods=1)
    component.roll_back_on(alarm)
    deployment = found.properties(COMPONENT)[0]["DeploymentConfig"]
    assert deployment["AutoRollbackConfiguration"]["Alarms"] == [
        {"AlarmName": {"Ref": found.stack.get_logical_id(alarm.node.default_child)}}
    ]  # type: ignore[arg-type]
    assert deployment["RollingUpdatePolicy"]["MaximumBatchSize"] == {"Type": "CAPACITY_PERCENT", "Value": 50}


def test_refuses_a_model_that_finds_no_room() -> None:
    with pytest.raises(ValueError, match=r"assistant must fit an instance of ml.g6.2xlarge .* got 2 accelerators"):
        Scene().add(needs=ComponentNeeds(memory_mb=1024, accelerators=2))


def test_refuses_an_image_for_other_hardware() -> None:
    found = Scene()
    with pytest.raises(ValueError, match="instance_type must be a type that runs vllm-neuronx"):
        found.add(model=found.model("neuron", "vllm-neuronx", "neuron"))


def test_refuses_instances_without_the_drivers() -> None:
    with pytest.raises(
        ValueError, match=r"ami_version of the endpoint's hosting must be al2023-ami-sagemaker-inference-gpu-4-1 for djl-lmi .* got None"
    ):
        Scene(ami_version=None).add()


def test_logs_without_a_key_are_explained() -> None:
    found = Scene()
    found.defaults = HandlerDefaults(key=None, removal_policy=cdk.RemovalPolicy.DESTROY)
    found.add()
    assert rule_findings(found.app) == {}
