from typing import Any

import pytest

from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds, check_copies_fit

FOUR = "ml.g6.12xlarge"
"""Four GPUs, 48 processors and 192 GiB."""


def needs(**arguments: Any) -> ComponentNeeds:
    return ComponentNeeds(**{"memory_mb": 1024, **arguments})


def check(wanted: dict[str, ComponentNeeds], copies: dict[str, int], *types: str, instances: int = 1) -> None:
    check_copies_fit(wanted, copies, instance_types=types or (FOUR,), instances=instances)


@pytest.mark.parametrize(
    ("arguments", "copies"),
    [
        ({"accelerators": 1}, 4),
        ({"accelerators": 2}, 2),
        ({"accelerators": 3}, 1),
        ({"accelerators": 5}, 0),
        ({"memory_mb": 65_536}, 3),
        ({"memory_mb": 65_536, "accelerators": 2}, 2),
        ({"cpu_cores": 20}, 2),
        ({"cpu_cores": 0.25, "memory_mb": 128}, 192),
    ],
)
def test_an_instance_holds_as_many_copies_as_its_scarcest_part_allows(arguments: dict[str, Any], copies: int) -> None:
    assert needs(**arguments).copies_on(FOUR) == copies


def test_models_of_different_sizes_fit_together() -> None:
    check({"large": needs(accelerators=3), "small": needs(accelerators=1)}, {"large": 2, "small": 2}, instances=2)


def test_refuses_a_model_of_which_no_copy_fits() -> None:
    with pytest.raises(ValueError, match=r"large must fit an instance of ml.g6.12xlarge \(4 accelerators, 196608 MB\), got 8 accelerators"):
        check({"large": needs(accelerators=8)}, {"large": 1})


def test_tells_how_many_copies_fit() -> None:
    with pytest.raises(ValueError, match="together: 3 of 5 do, got no room for large"):
        check({"large": needs(accelerators=3), "small": needs(accelerators=1)}, {"large": 4, "small": 1}, instances=2)


def test_copies_have_to_fit_whichever_type_there_is() -> None:
    with pytest.raises(ValueError, match=r"large must fit an instance of ml.g6.2xlarge"):
        check({"large": needs(accelerators=4)}, {"large": 1}, FOUR, "ml.g6.2xlarge")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"memory_mb": 127}, "memory_mb must be 128 or more, got 127"),
        ({"accelerators": -1}, "accelerators must be 0 or more, got -1"),
        ({"cpu_cores": 0.2}, "cpu_cores must be 0.25 or more, got 0.2"),
        ({"max_memory_mb": 512}, "max_memory_mb must be at least memory_mb, 1024, got 512"),
    ],
)
def test_refuses_less_than_sagemaker_reserves(arguments: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        needs(**arguments)
