from tests.constructs.ai_services.conftest import Scene
from tests.constructs.ai_services.test_document_intake import policy
from tests.constructs.ai_services.test_textract_jobs import COMMON


def test_bad_ends_of_this_workflow_are_handled(scene: Scene) -> None:
    rule = scene.properties(scene.closer.rule)
    assert rule["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [scene.stack.resolve(scene.workflow.arn)], "status": ["ABORTED", "FAILED", "TIMED_OUT"]},
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == scene.stack.resolve(scene.closer.function.function_arn)
    assert target["DeadLetterConfig"] == {"Arn": scene.stack.resolve(scene.closer.dead_letters.queue_arn)}


def test_only_the_rule_may_invoke_the_function(scene: Scene) -> None:
    function = scene.stack.resolve(scene.closer.function.function_arn)
    (permission,) = (
        resource["Properties"]
        for resource in scene.resources.values()
        if resource["Type"] == "AWS::Lambda::Permission" and resource["Properties"]["FunctionName"] == function
    )
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [scene.logical_id(scene.closer.rule), "Arn"]}


def test_ends_that_cannot_be_handled_are_kept(scene: Scene) -> None:
    destination = {"OnFailure": {"Destination": scene.stack.resolve(scene.closer.dead_letters.queue_arn)}}
    scene.template.has_resource_properties("AWS::Lambda::EventInvokeConfig", {"DestinationConfig": destination})
    (allowed,) = (statement for statement in policy(scene, scene.closer.dead_letters) if statement["Effect"] == "Allow")
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"] == {"Fn::GetAtt": [scene.logical_id(scene.closer.rule), "Arn"]}
    assert scene.alarm("LostEnds")["Threshold"] == 1


def test_the_function_frees_slots_and_records_rejections(scene: Scene) -> None:
    role = scene.closer.function.execution_role
    assert scene.actions(role) - COMMON == {"dynamodb:GetItem", "dynamodb:UpdateItem", "sqs:SendMessage", "states:DescribeExecution"}
    assert scene.environment(scene.closer.function)["JOBS_TABLE"] == {"Ref": scene.logical_id(scene.store.jobs)}
