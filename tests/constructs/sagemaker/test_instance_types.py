from typing import Any

import pytest

from ml_constructs.sagemaker.instance_types import (
    JOBS,
    PRICED_JOBS,
    Accelerator,
    generated_from,
    instance_type,
    offered,
    priced_regions,
)


def names(*args: Any, **kwargs: Any) -> set[str]:
    return {found.name for found in offered(*args, **kwargs)}


def test_a_plain_type_has_processors_and_memory() -> None:
    found = instance_type("ml.m5.large")
    assert (found.vcpu, found.memory_gib, found.architecture) == (2, 8, "x86_64")
    assert (found.accelerator, found.efa, found.instance_store) == (None, False, False)
    assert (found.family, found.generation, found.accelerator_kind) == ("m5", 5, "cpu")


@pytest.mark.parametrize(
    ("name", "kind", "device", "count", "memory_gib"),
    [
        ("ml.g4dn.xlarge", "gpu", "T4", 1, 16),
        ("ml.g5.12xlarge", "gpu", "A10G", 4, 22.4),
        ("ml.p5.48xlarge", "gpu", "H100", 8, 80),
        ("ml.inf1.xlarge", "neuron", "Inferentia", 1, 8),
        ("ml.inf2.xlarge", "neuron", "Inferentia2", 1, 32),
        ("ml.trn1.32xlarge", "neuron", "Trainium", 16, 32),
        ("ml.trn2.48xlarge", "neuron", "Trainium2", 16, None),
    ],
)
def test_accelerators_are_known_one_by_one(name: str, kind: Any, device: str, count: int, memory_gib: float | None) -> None:
    assert instance_type(name).accelerator == Accelerator(kind=kind, name=device, count=count, memory_gib=memory_gib)


@pytest.mark.parametrize(
    ("name", "store"), [("ml.g5.xlarge", True), ("ml.m5d.large", True), ("ml.inf2.xlarge", False), ("ml.c7i.large", False)]
)
def test_local_disks_are_known(name: str, store: bool) -> None:
    assert instance_type(name).instance_store is store


def test_graviton_and_adapters_are_known() -> None:
    assert instance_type("ml.m6g.large").architecture == "arm64"
    assert instance_type("ml.p4d.24xlarge").efa


def test_kinds_of_jobs_take_different_types() -> None:
    assert "training" not in instance_type("ml.inf2.xlarge").jobs
    assert "ml.t3.medium" not in names("hosting")
    assert "ml.t3.medium" in names("training")
    assert names("transform") < names("hosting") | names("training") | names("processing")
    for job in JOBS:
        assert len(names(job)) > 50


def test_graviton_is_for_hosting_and_hyperpod_only() -> None:
    assert {job for job in JOBS if names(job, architecture="arm64")} == {"hosting", "hyperpod"}


def test_types_can_be_asked_for_by_accelerator() -> None:
    neuron = names("hosting", accelerator="neuron")
    assert {name.split(".")[1] for name in neuron} == {"inf1", "inf2", "trn1", "trn1n", "trn2"}
    assert not neuron & names("hosting", accelerator="gpu")
    assert names("hosting") == neuron | names("hosting", accelerator="gpu") | names("hosting", accelerator="cpu")


def test_types_can_be_asked_for_by_region() -> None:
    here = names("hosting", region="af-south-1")
    assert "ml.m5.large" in here
    assert "ml.p5.48xlarge" not in here
    assert here < names("hosting")


def test_a_region_that_no_source_lists_leaves_all_types() -> None:
    assert names("hosting", region="xx-nowhere-1") == names("hosting")


def test_the_smallest_types_come_first() -> None:
    gpus = offered("hosting", accelerator="gpu", region="us-east-1")
    assert gpus[0].vcpu == 4
    assert [found.accelerator.count for found in gpus if found.accelerator] == sorted(
        found.accelerator.count for found in gpus if found.accelerator
    )


def test_regions_are_those_with_a_price() -> None:
    assert "us-east-1" in instance_type("ml.g6.xlarge").regions("hosting")
    assert instance_type("ml.t3.medium").regions("hosting") == frozenset()
    assert "eu-west-1" in priced_regions("processing")


@pytest.mark.parametrize("job", sorted(set(JOBS) - set(PRICED_JOBS)))
def test_regions_of_jobs_without_a_list_of_prices_are_refused(job: Any) -> None:
    for asked in (lambda: instance_type("ml.m5.large").regions(job), lambda: priced_regions(job), lambda: offered(job, region="us-east-1")):
        with pytest.raises(
            ValueError, match=f"job must be one of hosting, processing, transform, hyperpod to ask for regions, got '{job}'"
        ):
            asked()


def test_a_job_that_does_not_exist_is_refused() -> None:
    job: Any = "dreaming"
    with pytest.raises(ValueError, match=r"job must be one of hosting, .* got 'dreaming'"):
        offered(job)


def test_a_misspelt_type_is_refused_with_the_nearest_ones() -> None:
    with pytest.raises(ValueError, match=r"got 'ml\.m5\.larg': nearest according to botocore .* are ml\.m5\.large"):
        instance_type("ml.m5.larg")


def test_a_type_that_nothing_describes_is_refused_as_such() -> None:
    with pytest.raises(ValueError, match=r"hardware is known, got 'ml\.p3\.2xlarge': nothing describes it according to botocore"):
        instance_type("ml.p3.2xlarge")


def test_the_sources_are_named() -> None:
    assert [source.split()[0] for source in generated_from().split(", ")] == ["botocore", "cfn-lint", "moto"]
