from typing import Any

import pytest

from ml_constructs.sagemaker.instance_facts import JOBS, PRICED_JOBS, Accelerator, InstanceType, check_priced

TYPE: dict[str, Any] = {
    "name": "ml.x9z.large",
    "vcpu": 2,
    "memory_gib": 4,
    "architecture": "x86_64",
    "accelerator": None,
    "efa": False,
    "instance_store": False,
    "jobs": frozenset({"hosting", "training"}),
    "_regions": {"hosting": frozenset({"eu-west-1"})},
}


def test_family_and_generation_are_in_the_name() -> None:
    found = InstanceType(**TYPE)
    assert (found.family, found.generation) == ("x9z", 9)


@pytest.mark.parametrize(("kind", "expected"), [(None, "cpu"), ("gpu", "gpu"), ("neuron", "neuron")])
def test_models_run_on_accelerators_where_there_are_any(kind: Any, expected: str) -> None:
    accelerator = None if kind is None else Accelerator(kind=kind, name="Any", count=1, memory_gib=None)
    assert InstanceType(**{**TYPE, "accelerator": accelerator}).accelerator_kind == expected


def test_regions_are_those_of_the_job() -> None:
    assert InstanceType(**TYPE).regions("hosting") == {"eu-west-1"}
    assert InstanceType(**TYPE).regions("transform") == frozenset()


def test_types_are_told_apart_by_what_is_in_them() -> None:
    assert len({InstanceType(**TYPE), InstanceType(**TYPE), InstanceType(**{**TYPE, "vcpu": 4})}) == 2


@pytest.mark.parametrize("job", sorted(set(JOBS) - set(PRICED_JOBS)))
def test_jobs_without_a_list_of_prices_are_refused(job: Any) -> None:
    for asked in (check_priced, InstanceType(**TYPE).regions):
        with pytest.raises(
            ValueError, match=f"job must be one of hosting, processing, transform, hyperpod to ask for regions, got '{job}'"
        ):
            asked(job)
