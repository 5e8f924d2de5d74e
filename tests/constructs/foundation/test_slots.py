from ml_constructs.foundation import slots


def test_a_slot_is_held_by_the_name_of_the_execution() -> None:
    for state in (slots.acquire(3), slots.release()):
        assert state["Arguments"]["ExpressionAttributeValues"][":holder"] == {"SS": ["{% $states.context.Execution.Name %}"]}
        assert state["Arguments"]["Key"] == {"pk": {"S": "slots"}}


def test_as_many_slots_as_asked_for_can_be_held() -> None:
    arguments = slots.acquire(3)["Arguments"]
    assert arguments["ExpressionAttributeValues"][":slots"] == {"N": "3"}
    assert "size(holders) < :slots" in arguments["ConditionExpression"]


def test_whoever_holds_a_slot_may_ask_again() -> None:
    assert "contains(holders, :name)" in slots.acquire(3)["Arguments"]["ConditionExpression"]


def test_an_execution_waits_for_a_slot_as_long_as_it_may_run() -> None:
    (waiting,) = (retry for retry in slots.acquire(3)["Retry"] if slots.OCCUPIED[0] in retry["ErrorEquals"])
    assert waiting["MaxAttempts"] == 99_999_999
    assert waiting["MaxDelaySeconds"] == 120


def test_giving_a_slot_back_has_no_condition() -> None:
    assert "ConditionExpression" not in slots.release()["Arguments"]


def test_the_table_is_the_one_that_the_workflow_names() -> None:
    for state in (slots.acquire(1, table="RunsTable"), slots.release(table="RunsTable")):
        assert state["Arguments"]["TableName"] == "${RunsTable}"


def test_what_comes_next_is_up_to_the_workflow() -> None:
    assert slots.acquire(1, Next="Analyze")["Next"] == "Analyze"
    assert slots.release(End=True)["End"] is True
