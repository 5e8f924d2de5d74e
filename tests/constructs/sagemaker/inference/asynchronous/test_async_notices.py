from tests.constructs.sagemaker.inference.asynchronous.async_scene import scene


def test_topics_and_queues_are_encrypted() -> None:
    notices, key = scene().notices, scene().stack.resolve(scene().key.key_arn)
    for each in (notices.success, notices.error, notices.queue, notices.dead_letters):
        assert scene().properties(each)["KmsMasterKeyId"] == key


def test_one_queue_takes_both_ends_as_they_are() -> None:
    for topic in (scene().notices.success, scene().notices.error):
        subscription = scene().one("AWS::SNS::Subscription", TopicArn=scene().stack.resolve(topic.topic_arn))
        assert subscription["Endpoint"] == scene().stack.resolve(scene().notices.queue.queue_arn)
        assert subscription["RawMessageDelivery"] is True
        assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": scene().stack.resolve(scene().notices.dead_letters.queue_arn)}


def test_a_notice_that_cannot_be_handled_is_kept_for_two_weeks() -> None:
    dead_letters = scene().stack.resolve(scene().notices.dead_letters.queue_arn)
    assert scene().properties(scene().notices.queue)["RedrivePolicy"] == {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 5}
    assert scene().properties(scene().notices.dead_letters)["MessageRetentionPeriod"] == 14 * 24 * 3600
