from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.sagemaker.inference.artifacts import TarArtifact
from ml_constructs.sagemaker.inference.component_adapter import AdapterComponent
from ml_constructs.sagemaker.inference.component_instances import SharedInstances
from ml_constructs.sagemaker.inference.component_needs import ComponentNeeds
from ml_constructs.sagemaker.inference.component_options import ComponentOptions, CopyScaling
from ml_constructs.testing import rule_findings
from tests.constructs.sagemaker.inference.component_scene import Scene

COMPONENT, POLICY, ALARM = "AWS::SageMaker::InferenceComponent", "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::CloudWatch::Alarm"


def adapted() -> Scene:
    found = Scene()
    base = found.add()
    AdapterComponent(found.stack, "Legal", base=base, name="legal", artifact=TarArtifact(found.bucket, "adapters/legal.tar.gz"))
    return found


@pytest.fixture(scope="module")
def scene() -> Scene:
    return adapted()


def named(scene: Scene, start: str) -> tuple[str, dict[str, Any]]:
    (found,) = [(name, each) for name, each in scene.template.find_resources(COMPONENT).items() if name.startswith(start)]
    return found


def test_a_component_has_its_model_and_what_a_copy_needs(scene: Scene) -> None:
    _, base = named(scene, "Assistant")
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


def test_an_adapter_has_its_base_and_its_files_and_takes_nothing(scene: Scene) -> None:
    _, base = named(scene, "Assistant")
    _, adapter = named(scene, "Legal")
    assert adapter["Properties"]["Specification"] == {
        "BaseInferenceComponentName": base["Properties"]["InferenceComponentName"],
        "Container": {"ArtifactUrl": "s3://models/adapters/legal.tar.gz"},
    }
    assert "RuntimeConfig" not in adapter["Properties"]


def test_things_are_made_in_order_and_deleted_the_other_way_round(scene: Scene) -> None:
    base_id, base = named(scene, "Assistant")
    _, adapter = named(scene, "Legal")
    (endpoint,) = scene.template.find_resources("AWS::SageMaker::Endpoint")
    (target,) = scene.template.find_resources("AWS::ApplicationAutoScaling::ScalableTarget").values()
    assert endpoint in base["DependsOn"]
    assert base_id in adapter["DependsOn"]
    assert target["DependsOn"] == [base_id]


def test_logs_are_encrypted_and_end_before_sagemaker_could_make_a_group(scene: Scene) -> None:
    groups = scene.template.find_resources("AWS::Logs::LogGroup")
    ((name, group),) = [(name, each) for name, each in groups.items() if "InferenceComponents" in str(each)]
    assert name in named(scene, "Assistant")[1]["DependsOn"]
    assert group["Properties"]["RetentionInDays"] == 365
    assert "KmsKeyId" in group["Properties"]


def test_copies_come_from_zero_and_go_back(scene: Scene) -> None:
    (target,) = scene.properties("AWS::ApplicationAutoScaling::ScalableTarget")
    assert target["ResourceId"]["Fn::Join"][1][0] == "inference-component/llm-assistant-"
    assert {name: value for name, value in target.items() if name != "ResourceId"} == {
        "MinCapacity": 0,
        "MaxCapacity": 2,
        "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
        "ServiceNamespace": "sagemaker",
    }
    policies = {policy["PolicyName"]: policy for policy in scene.properties(POLICY)}
    tracking = policies["Load"]["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
    }
    assert policies["LeaveZero"]["StepScalingPolicyConfiguration"]["Cooldown"] == 900


def test_requests_without_a_copy_wake_the_model_by_its_name_or_an_adapters(scene: Scene) -> None:
    alarms = scene.properties(ALARM)
    assert len(alarms) == 2
    (policy,) = [name for name in scene.template.find_resources(POLICY) if "LeaveZero" in name]
    for alarm, name in zip(alarms, ("llm-assistant-", "llm-legal-"), strict=True):
        (dimension,) = alarm["Dimensions"]
        assert (dimension["Name"], dimension["Value"]["Fn::Join"][1][0]) == ("InferenceComponentName", name)
        assert (alarm["MetricName"], alarm["Threshold"], alarm["Period"]) == ("NoCapacityInvocationFailures", 1, 60)
        assert alarm["AlarmActions"] == [{"Ref": policy}]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_the_roles_may_read_their_files_and_no_others(scene: Scene) -> None:
    policies = scene.template.find_resources("AWS::IAM::Policy")
    reads = {
        name: [
            str(statement["Resource"]) for statement in each["Properties"]["PolicyDocument"]["Statement"] if "GetObject" in str(statement)
        ]
        for name, each in policies.items()
    }
    (endpoint,) = [found for name, found in reads.items() if name.startswith("EndpointRoleDefault")]
    assert ["legal.tar.gz" in each for each in endpoint] == [True]


def test_all_rule_packs_are_content() -> None:
    assert rule_findings(adapted().app) == {}


def test_as_many_copies_as_there_may_be_are_not_scaled() -> None:
    found = Scene(instances=SharedInstances(minimum=2))
    component = found.add(scaling=CopyScaling(minimum=2, maximum=2, initial=2))
    AdapterComponent(found.stack, "Legal", base=component, name="legal", artifact=TarArtifact(found.bucket, "legal.tar.gz"))
    assert component.capacity is None
    found.template.resource_count_is(POLICY, 0)
    found.template.resource_count_is(ALARM, 0)


def test_copies_that_never_are_none_need_no_waking() -> None:
    found = Scene(instances=SharedInstances(minimum=2))
    found.add(scaling=CopyScaling(minimum=1), options=ComponentOptions(placement=None, cache=False))
    assert [policy["PolicyName"] for policy in found.properties(POLICY)] == ["Load"]
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
    with pytest.raises(ValueError, match="alarms must be at most 10, got 11"):
        component.roll_back_on(*[alarm] * 11)


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
