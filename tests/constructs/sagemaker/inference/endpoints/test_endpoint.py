import pytest

from ml_constructs.testing import rule_findings
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene
from tests.constructs.sagemaker.inference.endpoints.test_endpoint_alarms import names


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def test_nothing_is_left_for_the_rule_packs_to_find() -> None:
    assert rule_findings(Scene().app) == {}


def test_the_log_group_bears_the_name_of_the_endpoint_and_stands_before_it(seen: Scene) -> None:
    endpoint, group = seen.resource(seen.plain.endpoint), seen.properties(seen.plain.log_group)
    name = endpoint["Properties"]["EndpointName"]["Fn::Join"][1]
    assert group["LogGroupName"]["Fn::Join"][1] == [f"/aws/sagemaker/Endpoints/{name[0]}", *name[1:]]
    assert seen.id_of(seen.plain.log_group) in endpoint["DependsOn"]


def test_logs_are_encrypted_and_end(seen: Scene) -> None:
    group = seen.properties(seen.plain.log_group)
    assert (group["KmsKeyId"], group["RetentionInDays"]) == (seen.stack.resolve(seen.key.key_arn), 365)


def test_logs_are_kept_with_the_stack_but_never_stand_in_the_way_of_an_endpoint(seen: Scene) -> None:
    group = seen.resource(seen.plain.log_group)
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Retain", "Delete")


def test_the_role_may_write_to_this_log_group_only(seen: Scene) -> None:
    group = seen.stack.resolve(seen.plain.log_group.log_group_arn)
    written = [each["Resource"] for each in seen.statements(seen.plain.model.role) if "logs:PutLogEvents" in each["Action"]]
    assert written == [group]


def test_the_role_can_do_everything_before_there_is_an_endpoint(seen: Scene) -> None:
    needed = seen.resource(seen.plain.endpoint)["DependsOn"]
    policies = [name for name, found in seen.resources.items() if found["Type"] == "AWS::IAM::Policy" and name.startswith("PlainModelRole")]
    assert policies
    assert set(policies) <= set(needed)


def test_the_configuration_has_no_name(seen: Scene) -> None:
    assert "EndpointConfigName" not in seen.config(seen.plain)


def test_another_instance_type_makes_another_endpoint(seen: Scene) -> None:
    hashes = {seen.stack.resolve(each.endpoint_name)["Fn::Join"][1][0].split("-")[2] for each in (seen.plain, seen.gpu, seen.full)}
    assert len(hashes) == 3
    assert seen.stack.resolve(seen.plain.endpoint_name)["Fn::Join"][1][0].startswith("stack-plain-")


def test_who_is_let_in_waits_for_the_endpoint_and_may_ask_no_other(seen: Scene) -> None:
    assert seen.statements(seen.caller) == [
        {"Action": "sagemaker:InvokeEndpoint", "Effect": "Allow", "Resource": {"Ref": seen.id_of(seen.plain.endpoint)}}
    ]


def test_metrics_are_of_the_variant_and_name_the_endpoint_without_waiting_for_it(seen: Scene) -> None:
    metric = seen.stack.resolve(seen.plain.metric("Invocations").dimensions)
    assert metric == {"EndpointName": seen.stack.resolve(seen.plain.endpoint_name), "VariantName": "AllTraffic"}
    assert seen.id_of(seen.plain.endpoint) not in str(metric)


def test_an_update_is_rolled_back_on_alarms_about_the_endpoint_itself(seen: Scene) -> None:
    rollback = seen.properties(seen.full.endpoint)["DeploymentConfig"]["AutoRollbackConfiguration"]
    named = {alarm["AlarmName"]["Ref"] for alarm in rollback["Alarms"]}
    watched = {name: seen.resources[name] for name in named}
    assert {name for alarm in watched.values() for name in names(alarm["Properties"])} == {"Invocation5XXErrors", "ModelLatency"}
    assert not any(seen.id_of(seen.full.endpoint) in str(alarm) for alarm in watched.values())


def test_alarms_without_a_deployment_that_they_could_end_are_refused(seen: Scene) -> None:
    with pytest.raises(ValueError, match="deployment must be given for alarms to end one, got none for Stack/Plain"):
        seen.plain.roll_back_on(*seen.alarms.alarms)


def test_without_a_key_logs_have_none(seen: Scene) -> None:
    assert "KmsKeyId" not in seen.properties(seen.keyless.log_group)
