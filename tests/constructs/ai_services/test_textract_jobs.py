import json

import pytest

from tests.constructs.ai_services.conftest import Scene

COMMON = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
STARTING = {"dynamodb:UpdateItem", "iam:PassRole", "s3:GetObject", "s3:GetObjectVersion", "states:SendTaskSuccess"}
COLLECTING = {"dynamodb:GetItem", "s3:AbortMultipartUpload", "s3:PutObject"}
CONSUMING = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}


def test_everything_is_started_and_collected(scene: Scene) -> None:
    jobs = {"Document", "Expense", "Lending"}
    start, collect = (scene.jobs.functions[name].execution_role for name in ("StartTextractJob", "CollectTextractJob"))
    assert scene.actions(start) - COMMON == STARTING | {f"textract:Start{job}Analysis" for job in jobs}
    assert scene.actions(collect) - COMMON == COLLECTING | {f"textract:Get{job}Analysis" for job in jobs}


def test_text_alone_takes_other_calls(plain: Scene) -> None:
    start, collect = (plain.jobs.functions[name].execution_role for name in ("StartTextractJob", "CollectTextractJob"))
    assert plain.actions(start) - COMMON == STARTING | {"textract:StartDocumentTextDetection"}
    assert plain.actions(collect) - COMMON == COLLECTING | {"textract:GetDocumentTextDetection"}


def test_notices_wake_tasks_of_the_workflow_only(scene: Scene) -> None:
    role = scene.jobs.functions["CompleteTextractJob"].execution_role
    assert scene.actions(role) - COMMON == CONSUMING | {"dynamodb:UpdateItem", "states:SendTaskSuccess"}
    (answer,) = (statement for statement in scene.statements(role) if statement["Action"] == "states:SendTaskSuccess")
    assert answer["Resource"] == scene.stack.resolve(scene.workflow.arn)


@pytest.mark.parametrize("name", ["StartTextractJob", "CompleteTextractJob", "CollectTextractJob"])
def test_functions_find_the_table_of_jobs(scene: Scene, name: str) -> None:
    assert scene.environment(scene.jobs.functions[name])["JOBS_TABLE"] == {"Ref": scene.logical_id(scene.store.jobs)}


def test_jobs_are_started_with_topic_role_and_questions(scene: Scene) -> None:
    environment = scene.environment(scene.jobs.functions["StartTextractJob"])
    assert environment["NOTIFICATION_TOPIC_ARN"] == {"Ref": scene.logical_id(scene.jobs.notices.topic)}
    assert environment["NOTIFICATION_ROLE_ARN"] == scene.stack.resolve(scene.jobs.notices.role.role_arn)
    assert json.loads(environment["QUERIES"])[0] == {"text": "What is the total?", "alias": "total", "pages": ["1-*"]}


def test_results_are_written_below_work_only(scene: Scene) -> None:
    role = scene.jobs.functions["CollectTextractJob"].execution_role
    (writing,) = (statement for statement in scene.statements(role) if "s3:PutObject" in statement["Action"])
    assert writing["Resource"] == scene.stack.resolve(scene.store.results.arn_for_objects("work/*"))


def test_an_alarm_tells_of_lost_notices(scene: Scene) -> None:
    assert scene.alarm("LostNotices")["Dimensions"][0]["Value"] == scene.stack.resolve(scene.jobs.notices.dead_letters.queue_name)
