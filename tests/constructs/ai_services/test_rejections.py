import pytest

from tests.constructs.ai_services.conftest import Scene


def recorders(scene: Scene) -> list[object]:
    return [scene.steps.functions["RecordRejection"], scene.closer.function]


@pytest.mark.parametrize("number", [0, 1])
def test_a_recorder_knows_index_reviews_and_rejected_queue(scene: Scene, number: int) -> None:
    environment = scene.environment(recorders(scene)[number])
    assert environment["INDEX_TABLE"] == {"Ref": scene.logical_id(scene.store.index)}
    assert environment["REVIEWS_TABLE"] == {"Ref": scene.logical_id(scene.store.reviews)}
    assert environment["REJECTED_QUEUE_URL"] == {"Ref": scene.logical_id(scene.intake.rejected)}
    assert environment["RETENTION_DAYS"] == "0"


@pytest.mark.parametrize("number", [0, 1])
def test_without_reviews_a_recorder_has_nothing_to_do_with_them(plain: Scene, number: int) -> None:
    function = recorders(plain)[number]
    assert "REVIEWS_TABLE" not in plain.environment(function)
    reviews = plain.stack.resolve(plain.store.reviews.table_arn)
    assert not [statement for statement in plain.statements(function.execution_role) if statement["Resource"] == reviews]  # type: ignore[attr-defined]
