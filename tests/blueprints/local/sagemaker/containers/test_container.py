"""Containers, with real models in real processes."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from blueprints.local import processes
from blueprints.local.sagemaker.containers import Container, ContainerEndedError, ContainerRefusalError, ContainerStartError, program
from blueprints.local.sagemaker.containers.frameworks import MODULES
from tests.waiting import until

CUSTOMER = b"9,59.9,5.9,0,0,10,10,1\n"


@pytest.fixture(scope="module")
def models(root: Path) -> Path:
    return root / "samples" / "models"


@pytest.fixture(scope="module")
def language(models: Path) -> Iterator[Container]:
    with Container("language-model", models / "support-replies") as started:
        yield started


@pytest.fixture(scope="module")
def many(models: Path) -> Iterator[Container]:
    size = (models / "churn" / "xgboost-model").stat().st_size
    with Container("xgboost", models, multi_model=True, memory_bytes=2 * size) as started:
        yield started


def chat(**more: object) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": "my bill is too high"}], "temperature": 0, **more}).encode()


def test_a_container_must_be_of_a_framework_that_is_there() -> None:
    with pytest.raises(ValueError, match="framework must be one of language-model, scikit-learn, triton, xgboost, got 'pytorch'"):
        Container("pytorch", Path())


def test_a_container_that_was_not_started_answers_nothing() -> None:
    container = Container("xgboost", Path())
    assert (container.ping(), container.is_alive, container.pid, container.start_seconds, container.log()) == (False, False, 0, 0.0, "")
    with pytest.raises(RuntimeError, match="must be started first"):
        container.invoke(b"1")


def test_a_container_that_runs_is_healthy(language: Container) -> None:
    assert language.ping()
    assert language.start_seconds > 0
    language.start()  # a second start changes nothing
    assert language.restarts == 0


def test_a_model_that_can_not_be_loaded_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ContainerStartError, match="FileNotFoundError"):
        Container("language-model", tmp_path).start()


def test_many_threads_are_answered_alike(language: Container) -> None:
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(language.invoke(chat(), "application/json"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    said = {json.loads(body)["choices"][0]["message"]["content"] for status, _, body in answers if status == 200}
    assert (len(answers), len(said)) == (12, 1)


def test_a_reply_comes_word_by_word(language: Container) -> None:
    stream = language.stream(chat(stream=True), "application/json")
    events = b"".join(stream.parts).split(b"\n\n")
    assert (stream.status, stream.content_type) == (200, "text/event-stream")
    assert len(events) > 5
    assert events[-2] == b"data: [DONE]"


def test_adapters_come_and_go(language: Container, models: Path) -> None:
    def asked() -> str:
        answer = language.invoke(chat(), "application/json", headers={"X-Amzn-SageMaker-Adapter-Identifier": "brief"})
        return str(json.loads(answer.body)["choices"][0]["message"]["content"]) if answer.status == 200 else str(answer.status)

    assert asked() == "404"
    language.load_adapter("brief", models / "support-replies-brief")
    assert (language.adapters(), asked()[:12]) == (["brief"], "Bill checked")
    language.unload_adapter("brief")
    with pytest.raises(ContainerRefusalError, match="The adapter brief was not found") as caught:
        language.unload_adapter("brief")
    assert caught.value.status == 404


def test_many_models_are_loaded_until_there_is_no_room(many: Container, models: Path) -> None:
    loaded = many.load("a", models / "churn", target_model="tenant/a.tar.gz")
    assert (loaded.name, loaded.memory_bytes) == ("a", (models / "churn" / "xgboost-model").stat().st_size)
    many.load("b", models / "churn")
    for name, status in (("a", 409), ("c", 507)):
        with pytest.raises(ContainerRefusalError) as caught:
            many.load(name, models / "churn")
        assert caught.value.status == status
    assert many.unload("a").name == "a"
    many.load("c", models / "churn")
    assert [each.name for each in many.models()] == ["b", "c"]
    assert many.invoke(CUSTOMER, "text/csv", model="c").status == 200
    assert many.invoke(CUSTOMER, "text/csv", model="a").status == 404


def test_a_model_among_many_that_can_not_be_loaded_is_refused(many: Container, tmp_path: Path) -> None:
    with pytest.raises(ContainerRefusalError, match="holds no file") as caught:
        many.load("empty", tmp_path)
    assert caught.value.status == 500


def test_a_container_that_ended_is_started_anew(models: Path) -> None:
    with Container("language-model", models / "support-replies") as container:
        first = container.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: not container.is_alive)
        assert not container.ping()
        assert container.invoke(chat(), "application/json").status == 200
        assert (container.restarts, container.pid != first) == (1, True)
        second = container.pid
    assert not processes.is_alive(second)


SCRIPT = """
import os, time
def model_fn(folder):
    print("loaded", flush=True)
    return folder
def transform_fn(model, body, content_type, accept):
    if body == "end":
        os._exit(3)
    time.sleep(float(body))
    return "done", accept
"""


def test_time_is_limited_and_a_container_that_breaks_off_is_told_from_one_that_takes_too_long(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "slow.py").write_text(SCRIPT)
    with Container("scikit-learn", tmp_path, environment={"SAGEMAKER_PROGRAM": "slow.py"}) as container:
        with pytest.raises(TimeoutError, match=r"within 0\.2 seconds"):
            container.invoke(b"5", "text/csv", timeout=0.2)
        assert container.invoke(b"0", "text/csv") == (200, "application/json", b"done")
        with pytest.raises(ContainerEndedError, match="the container ended with exit status 3"):
            container.invoke(b"end", "text/csv")
        assert container.invoke(b"0", "text/csv").status == 200
        assert container.restarts == 1
        assert container.execution_parameters() == {"MaxConcurrentTransforms": 2, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}
    assert not (tmp_path / "code" / "__pycache__").exists()


def test_what_answers_is_named() -> None:
    assert {program(framework).endswith("behind SageMaker's container protocol") for framework in MODULES} == {True}
    assert "not the model you named" in program("language-model")
