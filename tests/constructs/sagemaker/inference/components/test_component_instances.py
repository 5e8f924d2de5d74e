from typing import Any

import pytest

from ml_constructs.sagemaker.inference.components.component_instances import ScaleIn, SharedInstances


def test_all_instances_may_go_unless_told_otherwise() -> None:
    found = SharedInstances().render()
    assert (found.status, found.min_instance_count, found.max_instance_count) == ("ENABLED", 0, 2)


def test_what_moves_copies_has_a_pace() -> None:
    idle, moved = ScaleIn().render(), ScaleIn(strategy="CONSOLIDATION").render()
    assert (idle.maximum_step_size, idle.cooldown_in_minutes) == (None, None)
    assert (moved.maximum_step_size, moved.cooldown_in_minutes) == (1, 20)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"minimum": 1}, "minimum must be 0, 2 or more, or 1 with allow_single, got 1"),
        ({"minimum": 3}, "minimum must be from 0 to 2, got 3"),
        ({"maximum": 0}, "maximum must be from 1 to 1000, got 0"),
    ],
)
def test_refuses_numbers_of_instances_that_are_too_few_or_contradict(arguments: dict[str, int], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        SharedInstances(**arguments)


def test_one_instance_may_be_asked_for() -> None:
    assert SharedInstances(minimum=1, allow_single=True).minimum == 1


@pytest.mark.parametrize(("argument", "value"), [("strategy", "ALL"), ("step", 0), ("step", 101), ("cooldown_minutes", 4)])
def test_refuses_ways_to_scale_in_that_there_are_not(argument: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be .* got"):
        ScaleIn(**{argument: value})
