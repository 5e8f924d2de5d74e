from tests.constructs.sagemaker.inference.asynchronous.async_scene import scene


def test_rows_are_found_by_inference_status_and_input() -> None:
    table = scene().properties(scene().store.index)
    assert table["KeySchema"] == [{"AttributeName": "inference", "KeyType": "HASH"}]
    keys = {index["IndexName"]: [each["AttributeName"] for each in index["KeySchema"]] for index in table["GlobalSecondaryIndexes"]}
    assert keys == {"by-status": ["status", "updated_at"], "by-input": ["input", "submitted_at"]}


def test_uploads_are_told_of_and_answers_are_not() -> None:
    inputs, results = scene().properties(scene().store.inputs), scene().properties(scene().store.results)
    assert inputs["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert "NotificationConfiguration" not in results


def test_everything_goes_after_its_retention() -> None:
    assert scene().store.retention_days == 30
    for bucket in (scene().store.inputs, scene().store.results):
        rules = scene().properties(bucket)["LifecycleConfiguration"]["Rules"]
        assert [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule] == [30]
