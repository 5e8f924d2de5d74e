import pytest

from ml_constructs.sagemaker.inference.components.component_instances import SharedInstances
from ml_constructs.sagemaker.inference.components.component_options import CopyScaling
from tests.constructs.sagemaker.inference.components.component_scene import Scene, adapted

POLICY, ALARM = "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::CloudWatch::Alarm"


@pytest.fixture(scope="module")
def scene() -> Scene:
    return adapted()


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


def test_as_many_copies_as_there_may_be_are_not_scaled() -> None:
    found = Scene(instances=SharedInstances(minimum=2))
    component = found.add(scaling=CopyScaling(minimum=2, maximum=2, initial=2))
    found.adapt(component)
    assert component.capacity is None
    found.template.resource_count_is(POLICY, 0)
    found.template.resource_count_is(ALARM, 0)


def test_copies_that_never_are_none_need_no_waking() -> None:
    found = Scene(instances=SharedInstances(minimum=2))
    found.adapt(found.add(scaling=CopyScaling(minimum=1)))
    assert [policy["PolicyName"] for policy in found.properties(POLICY)] == ["Load"]
    found.template.resource_count_is(ALARM, 0)
