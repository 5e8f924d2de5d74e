from tests.constructs.ai_services.conftest import Scene
from tests.constructs.ai_services.test_document_intake import policy


def test_textract_publishes_for_jobs_of_this_account_only(scene: Scene) -> None:
    (statement,) = scene.properties(scene.jobs.notices.role)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "textract.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    source = statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Join"][1]
    assert source[2:4] == [":textract:", {"Ref": "AWS::Region"}]


def test_textract_may_publish_to_the_topic_and_nothing_else(scene: Scene) -> None:
    role = scene.jobs.notices.role
    assert scene.actions(role) == {"sns:Publish"}
    (publish,) = (statement for statement in scene.statements(role) if statement["Action"] == "sns:Publish")
    assert publish["Resource"] == {"Ref": scene.logical_id(scene.jobs.notices.topic)}


def test_topic_and_queues_are_encrypted(scene: Scene) -> None:
    arn = scene.stack.resolve(scene.key.key_arn)
    assert scene.properties(scene.jobs.notices.topic)["KmsMasterKeyId"] == arn
    for queue in (scene.jobs.notices.queue, scene.jobs.notices.dead_letters):
        assert scene.properties(queue)["KmsMasterKeyId"] == arn


def test_queues_take_notices_of_this_topic_only(scene: Scene) -> None:
    for queue in (scene.jobs.notices.queue, scene.jobs.notices.dead_letters):
        (allowed,) = (statement for statement in policy(scene, queue) if statement["Effect"] == "Allow")
        assert allowed["Principal"] == {"Service": "sns.amazonaws.com"}
        assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": scene.logical_id(scene.jobs.notices.topic)}}}


def test_a_notice_that_cannot_be_delivered_or_handled_is_kept(scene: Scene) -> None:
    dead_letters = scene.stack.resolve(scene.jobs.notices.dead_letters.queue_arn)
    assert scene.properties(scene.jobs.notices.subscription)["RedrivePolicy"] == {"deadLetterTargetArn": dead_letters}
    assert scene.properties(scene.jobs.notices.queue)["RedrivePolicy"] == {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 5}


def test_the_role_is_handed_to_textract_only(scene: Scene) -> None:
    (handing_over,) = (
        statement
        for statement in scene.statements(scene.jobs.functions["StartTextractJob"].execution_role)
        if statement["Action"] == "iam:PassRole"
    )
    assert handing_over["Resource"] == scene.stack.resolve(scene.jobs.notices.role.role_arn)
    assert handing_over["Condition"] == {"StringEquals": {"iam:PassedToService": "textract.amazonaws.com"}}
