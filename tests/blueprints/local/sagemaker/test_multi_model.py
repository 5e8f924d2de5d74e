"""Many models in one container."""

import threading
from pathlib import Path

import pytest

from blueprints.local.sagemaker.multi_model import LEAST_BYTES, ManyModels, memory_gib
from blueprints.local.sagemaker.running import ContainerSpec, NotReadyError
from blueprints.local.stand_ins import StandInError
from tests.blueprints.local.serving import FakeContainer, Served


@pytest.fixture
def container(tmp_path: Path) -> FakeContainer:
    return FakeContainer(ContainerSpec("", tmp_path))


def many(served: Served, container: FakeContainer, *, fit: int = 100, cached: bool = True) -> ManyModels:
    for name in "abcd":
        served.artifact(name)
    return ManyModels("s3://data/models/", served.aws, container, container.spec.folder, cached=cached, memory_bytes=fit * LEAST_BYTES)


def ask(models: ManyModels, *names: str) -> None:
    for name in names:
        with models.loaded(f"{name}.tar.gz", 5):
            pass


def loaded(container: FakeContainer) -> list[str]:
    return sorted((folder / "name").read_text() for folder in container.loaded.values())


def test_a_model_is_loaded_when_it_is_first_asked_and_stays(served: Served, container: FakeContainer) -> None:
    models = many(served, container)
    ask(models, "a", "a")
    assert loaded(container) == ["a"]


def test_the_model_that_was_not_asked_for_longest_makes_room(served: Served, container: FakeContainer) -> None:
    ask(many(served, container, fit=2), "a", "b", "a", "c", "d")
    assert container.unloaded == ["b", "a"]
    assert loaded(container) == ["c", "d"]


def test_a_model_that_is_being_asked_stays(served: Served, container: FakeContainer) -> None:
    models = many(served, container, fit=1)
    with models.loaded("a.tar.gz", 5):
        ask(models, "b")
        assert loaded(container) == ["a", "b"]
    ask(models, "c")
    assert loaded(container) == ["c"]


def test_a_container_that_has_no_memory_gets_room_too(served: Served, container: FakeContainer) -> None:
    container.fits = 1
    models = many(served, container)
    ask(models, "a", "b")
    assert (container.unloaded, loaded(container)) == (["a"], ["b"])
    with models.loaded("b.tar.gz", 5), pytest.raises(NotReadyError, match="no memory for the model while others are being asked"):
        ask(models, "c")


def test_models_go_after_each_request_without_a_cache(served: Served, container: FakeContainer) -> None:
    ask(many(served, container, cached=False), "a", "b")
    assert (container.unloaded, loaded(container)) == (["a", "b"], [])


def test_a_model_that_changed_is_fetched_again_once_it_was_unloaded(served: Served, container: FakeContainer) -> None:
    models = many(served, container, fit=1)
    ask(models, "a")
    served.put("models/a.tar.gz", served.got("models/b.tar.gz"))
    ask(models, "c", "a")
    assert loaded(container) == ["b"]


def test_models_are_loaded_again_after_the_container_ended(served: Served, container: FakeContainer) -> None:
    models = many(served, container)
    ask(models, "a")
    container.loaded.clear()
    container.restarts += 1
    ask(models, "a")
    assert loaded(container) == ["a"]


@pytest.mark.parametrize("prefix", ["data", "gone"])
def test_a_model_that_can_not_be_read_has_sagemakers_error(served: Served, container: FakeContainer, prefix: str) -> None:
    models = ManyModels(f"s3://{prefix}/models", served.aws, container, container.spec.folder)
    with pytest.raises(StandInError, match=rf"Failed to download model data\(bucket: {prefix}, key: models/gone.tar.gz\)") as refusal:
        ask(models, "gone")
    assert refusal.value.code == "ValidationError"


def test_a_model_that_does_not_load_is_refused_each_time(served: Served, container: FakeContainer) -> None:
    served.artifact("x", broken=True)
    models = many(served, container)
    for _ in range(2):
        with pytest.raises(StandInError, match=r"Failed to load model x\.tar\.gz: x.tar.gz is broken"):
            ask(models, "x")


def test_two_requests_load_a_model_once_and_the_second_does_not_wait_forever(served: Served, container: FakeContainer) -> None:
    models = many(served, container)
    load, begun, goes_on = container.load, threading.Event(), threading.Event()

    def slowly(name: str, folder: Path, *, target_model: str | None = None) -> None:
        begun.set()
        assert goes_on.wait(10)
        load(name, folder, target_model=target_model)

    container.load = slowly  # type: ignore[method-assign]
    first = threading.Thread(target=ask, args=(models, "a"))
    first.start()
    assert begun.wait(10)
    with pytest.raises(NotReadyError, match="is still being loaded"), models.loaded("a.tar.gz", 0.01):
        pass
    goes_on.set()
    ask(models, "a")
    first.join()
    assert loaded(container) == ["a"]


def test_what_happens_to_models_is_told(served: Served, container: FakeContainer) -> None:
    told: list[tuple[str, float]] = []
    models = many(served, container, fit=1)
    for name in ("a", "a", "b"):
        with models.loaded(f"{name}.tar.gz", 5, lambda metric, value: told.append((metric, value))):
            pass
    hits = [value for metric, value in told if metric == "ModelCacheHit"]
    assert hits == [0, 1, 0]
    assert {"ModelLoadingTime", "ModelDownloadingTime", "ModelUnloadingTime", "ModelLoadingWaitTime"} < {metric for metric, _ in told}


@pytest.mark.parametrize(("name", "gib"), [("ml.m5.large", 8), ("ml.c5.xlarge", 8), ("ml.m5.xlarge", 16), ("ml.unknown", 8)])
def test_the_instance_limits_the_memory(name: str, gib: float) -> None:
    assert memory_gib(name) == gib
