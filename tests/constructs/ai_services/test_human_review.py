from tests.constructs.ai_services.conftest import Scene
from tests.constructs.ai_services.test_textract_jobs import COMMON


def test_reviews_are_announced_and_read_from_work(scene: Scene) -> None:
    function = scene.review.functions["RequestReview"]
    expected = {"dynamodb:UpdateItem", "s3:GetObject", "sqs:SendMessage", "states:SendTaskSuccess"}
    assert scene.actions(function.execution_role) - COMMON == expected
    assert scene.environment(function) == {
        "RETENTION_DAYS": "0",
        "REVIEWS_TABLE": {"Ref": scene.logical_id(scene.store.reviews)},
        "REVIEW_QUEUE_URL": {"Ref": scene.logical_id(scene.review.queue)},
    }


def test_decisions_wake_tasks_of_the_workflow_only(scene: Scene) -> None:
    role = scene.review.functions["DecideReview"].execution_role
    expected = {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem", "states:SendTaskSuccess"}
    assert scene.actions(role) - COMMON == expected
    (answer,) = (statement for statement in scene.statements(role) if statement["Action"] == "states:SendTaskSuccess")
    assert answer["Resource"] == scene.stack.resolve(scene.workflow.arn)


def test_reviews_are_listed_by_the_one_index(scene: Scene) -> None:
    statements = scene.statements(scene.review.functions["DecideReview"].execution_role)
    (query,) = (statement for statement in statements if statement["Action"] == "dynamodb:Query")
    assert query["Resource"]["Fn::Join"][1][-1] == "/index/by-status"


def test_the_queue_is_encrypted_and_keeps_messages_for_two_weeks(scene: Scene) -> None:
    queue = scene.properties(scene.review.queue)
    assert queue["KmsMasterKeyId"] == scene.stack.resolve(scene.key.key_arn)
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_alarms_tell_of_old_reviews_and_a_failing_api(scene: Scene) -> None:
    assert scene.alarm("ReviewAge")["Threshold"] == 2 * 3600
    assert scene.alarm("ReviewApiErrors")["MetricName"] == "5XXError"


def test_a_dashboard_shows_reviews_and_requests(scene: Scene) -> None:
    assert list(scene.review.graphs) == ["Announced reviews", "Review API"]
