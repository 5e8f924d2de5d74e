import pytest
from aws_cdk.assertions import Match

from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.endpoints.routing import Routing
from tests.constructs.sagemaker.inference.asynchronous.async_scene import Scene, scene, steady

TARGET, POLICY = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"


def test_answers_and_failures_are_encrypted_in_the_bucket_of_results() -> None:
    output = scene().properties(scene().endpoint.config)["AsyncInferenceConfig"]["OutputConfig"]
    results = {"Ref": scene().logical_id(scene().store.results)}
    assert output["S3OutputPath"] == {"Fn::Join": ["", ["s3://", results, "/answers"]]}
    assert output["S3FailurePath"] == {"Fn::Join": ["", ["s3://", results, "/failures"]]}
    assert output["KmsKeyId"] == scene().stack.resolve(scene().key.key_arn)


def test_both_ends_are_announced_without_their_content() -> None:
    topics = scene().properties(scene().endpoint.config)["AsyncInferenceConfig"]["OutputConfig"]["NotificationConfig"]
    notices = scene().notices
    assert topics == {
        name: scene().stack.resolve(topic.topic_arn) for name, topic in (("SuccessTopic", notices.success), ("ErrorTopic", notices.error))
    }


def test_its_role_reads_inputs_writes_answers_and_publishes_and_no_more_of_the_data() -> None:
    role = scene().endpoint.model.role
    inputs, results = (scene().logical_id(bucket) for bucket in (scene().store.inputs, scene().store.results))
    read = scene().allowed(role, "s3:GetObject")
    assert len(read) == 2  # the model's archive is the other
    assert {"Fn::Join": ["", [{"Fn::GetAtt": [inputs, "Arn"]}, "/requests/*"]]} in read
    written = scene().allowed(role, "s3:PutObject")
    assert written == [{"Fn::Join": ["", [{"Fn::GetAtt": [results, "Arn"]}, path]]} for path in ("/answers/*", "/failures/*")]
    assert len(scene().allowed(role, "sns:Publish")) == 2


def test_the_endpoint_waits_for_the_rights_of_its_role() -> None:
    found = scene().resources[scene().logical_id(scene().endpoint.endpoint)]
    policies = [name for name, resource in scene().resources.items() if resource["Type"] == "AWS::IAM::Policy" and "ModelRole" in name]
    assert set(policies) <= set(found["DependsOn"])


def test_it_begins_with_one_instance_and_may_have_none_later() -> None:
    (variant,) = scene().properties(scene().endpoint.config)["ProductionVariants"]
    assert (variant["InitialInstanceCount"], variant["InstanceType"]) == (1, "ml.m6i.large")
    target = scene().one(TARGET)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 2)
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
    assert "RoleARN" not in target


def test_instances_follow_the_backlog_of_each() -> None:
    tracking = scene().one(POLICY, PolicyType="TargetTrackingScaling")["TargetTrackingScalingPolicyConfiguration"]
    metric = tracking["CustomizedMetricSpecification"]
    assert (metric["Namespace"], metric["MetricName"], metric["Statistic"]) == (
        "AWS/SageMaker",
        "ApproximateBacklogSizePerInstance",
        "Average",
    )
    assert metric["Dimensions"] == [{"Name": "EndpointName", "Value": scene().stack.resolve(scene().endpoint.endpoint_name)}]
    assert (tracking["TargetValue"], tracking["ScaleInCooldown"], tracking["ScaleOutCooldown"]) == (3, 600, 300)


def test_the_first_request_brings_an_instance_back() -> None:
    stepping = scene().one(POLICY, PolicyType="StepScaling")["StepScalingPolicyConfiguration"]
    assert (stepping["AdjustmentType"], stepping["Cooldown"]) == ("ChangeInCapacity", 300)
    assert stepping["StepAdjustments"] == [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]
    (policy,) = scene().template.find_resources(POLICY, {"Properties": {"PolicyType": "StepScaling"}})
    scene().template.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "HasBacklogWithoutCapacity",
            "AlarmActions": [{"Ref": policy}],
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "EvaluationPeriods": 1,
            "Period": 60,
            "Dimensions": [{"Name": "EndpointName", "Value": Match.any_value()}],
        },
    )


def test_the_target_goes_before_its_endpoint() -> None:
    (target,) = (resource for resource in scene().resources.values() if resource["Type"] == TARGET)
    assert target["DependsOn"] == [scene().logical_id(scene().endpoint.endpoint)]


def test_what_was_scaled_to_survives_an_update() -> None:
    assert scene().properties(scene().endpoint.endpoint)["RetainAllVariantProperties"] is True


def test_nothing_is_routed() -> None:
    assert "RoutingConfig" not in scene().properties(scene().endpoint.config)["ProductionVariants"][0]


def test_sagemaker_may_choose_how_much_an_instance_works_on() -> None:
    assert "ClientConfig" not in steady().properties(steady().endpoint.config)["AsyncInferenceConfig"]


def test_an_instance_works_on_more_at_once_than_it_is_scaled_for_so_that_its_number_is_steady() -> None:
    told = scene().properties(scene().endpoint.config)["AsyncInferenceConfig"]["ClientConfig"]
    assert scene().scaling.backlog_per_instance < told["MaxConcurrentInvocationsPerInstance"]
    assert told == {"MaxConcurrentInvocationsPerInstance": 4}


def test_a_number_that_never_changes_needs_no_scaling() -> None:
    assert steady().endpoint.capacity is None
    (variant,) = steady().properties(steady().endpoint.config)["ProductionVariants"]
    assert variant["InitialInstanceCount"] == 2
    assert "RetainAllVariantProperties" not in steady().properties(steady().endpoint.endpoint)


def test_callers_may_queue_requests_of_this_endpoint_only() -> None:
    (allowed,) = scene().allowed(scene().submit.execution_role, "sagemaker:InvokeEndpointAsync")
    assert allowed == scene().stack.resolve(scene().endpoint.endpoint_arn)
    assert scene().allowed(scene().submit.execution_role, "sagemaker:InvokeEndpoint") == []


def test_no_rule_finds_anything_wrong() -> None:
    assert Scene().findings == {}


def test_several_containers_are_refused() -> None:
    with pytest.raises(ValueError, match="model must have one container with one model for an asynchronous endpoint, got 2"):
        Scene(containers=2)


@pytest.mark.parametrize("concurrency", [0, 1001])
def test_a_concurrency_that_sagemaker_does_not_take_is_refused(concurrency: int) -> None:
    with pytest.raises(ValueError, match=f"concurrency must be from 1 to 1000, got {concurrency}"):
        Scene(concurrency=concurrency)


def test_a_routing_is_refused() -> None:
    with pytest.raises(ValueError, match="routing must be left out for an asynchronous endpoint"):
        Scene(hosting=Hosting(instance_type="ml.m6i.large", routing=Routing(strategy="RANDOM")))


def test_instances_that_cannot_run_the_image_are_refused() -> None:
    with pytest.raises(ValueError, match="instance_type must"):
        Scene(hosting=Hosting(instance_type="ml.g5.xlarge"))
