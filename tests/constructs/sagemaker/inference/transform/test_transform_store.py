from tests.constructs.sagemaker.inference.transform.transform_scene import busy, scene


def test_inputs_tell_of_uploads_and_results_do_not() -> None:
    told = [scene().properties(bucket).get("NotificationConfiguration") for bucket in (scene().store.inputs, scene().store.results)]
    assert told == [{"EventBridgeConfiguration": {"EventBridgeEnabled": True}}, None]


def test_the_index_is_searched_by_status_and_by_request() -> None:
    table = scene().properties(scene().store.index)
    indexes = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in table["GlobalSecondaryIndexes"]}
    assert indexes == {"by-status": ["status", "updated_at"], "by-request": ["request", "updated_at"]}
    assert table["KeySchema"] == [{"AttributeName": "transform", "KeyType": "HASH"}]


def test_inputs_and_results_go_after_their_time_or_never() -> None:
    rules = scene().properties(scene().store.inputs)["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule] == [30]
    kept = busy().properties(busy().store.inputs)["LifecycleConfiguration"]["Rules"]
    assert [rule for rule in kept if "ExpirationInDays" in rule] == []
    assert (scene().store.retention_days, busy().store.retention_days) == (30, 0)


def test_topics_are_encrypted() -> None:
    for topic in (scene().store.success, scene().store.error):
        assert scene().properties(topic)["KmsMasterKeyId"] == scene().stack.resolve(scene().key.key_arn)
