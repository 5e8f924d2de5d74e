import pytest

from ml_constructs.bedrock.opensearch_capacity import ScaleToZero, collection_group
from tests.constructs.bedrock.knowledge_scene import KnowledgeScene


def test_capacity_goes_from_nothing_to_a_limit_with_a_second_zone() -> None:
    scene = KnowledgeScene()
    group = collection_group(scene.stack, "Group", ScaleToZero(max_capacity_units=4))
    properties = scene.properties(group)
    assert (properties["Generation"], properties["StandbyReplicas"]) == ("NEXTGEN", "ENABLED")
    assert properties["CapacityLimits"] == {
        "MaxIndexingCapacityInOcu": 4,
        "MaxSearchCapacityInOcu": 4,
        "MinIndexingCapacityInOcu": 0,
        "MinSearchCapacityInOcu": 0,
    }
    assert "AWS::StackId" in str(properties["Name"])


@pytest.mark.parametrize("units", [1, 2, 4, 8, 16, 32, 160])
def test_units_that_aws_offers_are_taken(units: int) -> None:
    assert ScaleToZero(max_capacity_units=units).max_capacity_units == units


@pytest.mark.parametrize("units", [-16, 0, 3, 12, 17, 24])
def test_other_units_are_refused(units: int) -> None:
    with pytest.raises(ValueError, match=f"max_capacity_units must be 1, 2, 4, 8, 16 or a multiple of 16, got {units}"):
        ScaleToZero(max_capacity_units=units)
