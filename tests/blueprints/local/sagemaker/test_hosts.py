"""The containers of a model, while they run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blueprints.local.sagemaker.hosts import Host
from blueprints.local.sagemaker.hosts import Served as Definition
from blueprints.local.sagemaker.running import Invocation, ModelFailedError, NotReadyError, StartError
from blueprints.local.stand_ins import StandInError
from tests.blueprints.local.serving import MODEL, UNKNOWN_IMAGE, Served

Make = Callable[..., Host]


@pytest.fixture
def make(served: Served, tmp_path: Path) -> Make:
    """Makes a host that runs."""

    def made(*containers: dict[str, Any], start: bool = True, **settings: Any) -> Host:
        host = Host(Definition(list(containers), served.aws, **settings), tmp_path / "hosts", served._program)
        if start:
            host.start()
        return host

    return made


def test_a_container_gets_the_artifact_the_environment_and_the_request(served: Served, make: Make) -> None:
    host = make({**MODEL, "Environment": {"A": "a", "B": "b"}}, environment={"B": "c"})
    reply = host.invoke(Invocation(b"x", "text/csv", "application/json", {"h": "1"}, 7.0))
    assert (reply.body, reply.content_type) == (b"a:x", "text/csv")
    [container] = served.containers
    assert container.spec.environment == {"A": "a", "B": "c"}
    assert container.asked == [(b"x", "text/csv", "application/json", {"h": "1", "timeout": "7.0"})]
    assert host.program == "fake 1.0"


def test_containers_of_a_pipeline_get_what_the_one_before_answered(served: Served, make: Make) -> None:
    served.artifact("b")
    host = make(MODEL, {**MODEL, "ModelDataUrl": "s3://data/models/b.tar.gz"})
    assert host.invoke(Invocation(b"x", "text/csv", "application/json")).body == b"b:a:x"
    assert [container.asked[0][2] for container in served.containers] == ["", "application/json"]


def test_a_caller_of_a_direct_model_names_the_container(served: Served, make: Make) -> None:
    served.artifact("b")
    host = make({**MODEL, "ContainerHostname": "first"}, {**MODEL, "ModelDataUrl": "s3://data/models/b.tar.gz"}, direct=True)
    assert host.invoke(Invocation(b"x", hostname="first")).body == b"a:x"
    assert host.invoke(Invocation(b"x", hostname="container-2")).body == b"b:x"
    with pytest.raises(StandInError, match="TargetContainerHostname must be one of first, container-2, got None"):
        host.invoke(Invocation(b"x"))


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"415", 415, 'Received client error (415) from primary with message "a:415"'),
        (b"503", 503, 'Received server error (503) from primary with message "a:503"'),
        (b"slow", 0, "Your invocation timed out while waiting for a response from container primary."),
        (b"crash", 500, "the container does not answer: it ended"),
    ],
)
def test_a_container_that_fails_is_named_with_what_it_said(make: Make, body: bytes, status: int, message: str) -> None:
    with pytest.raises(ModelFailedError) as failure:
        make(MODEL).invoke(Invocation(body))
    assert failure.value.status == status
    assert message in str(failure.value)


def test_a_failing_container_of_a_pipeline_is_named_by_its_hostname(make: Make) -> None:
    with pytest.raises(ModelFailedError, match="from container-1"):
        make(MODEL, MODEL).invoke(Invocation(b"500"))


def test_long_messages_of_containers_are_cut(served: Served, make: Make) -> None:
    host = make(MODEL)
    served.containers[0].stream = lambda *_, **__: (500, "", iter([b"x" * 5000]))  # type: ignore[method-assign]
    with pytest.raises(ModelFailedError) as failure:
        host.invoke(Invocation(b""))
    assert len(failure.value.text) == 1025


def test_an_artifact_that_can_not_be_read_keeps_a_model_from_being_served(served: Served, make: Make) -> None:
    with pytest.raises(StartError, match='Failed to download model data for container "container_2" from URL: "s3://data/gone"'):
        make(MODEL, {**MODEL, "ModelDataUrl": "s3://data/gone"})
    assert not any(container.runs for container in served.containers)


def test_a_container_that_does_not_start_keeps_a_model_from_being_served(served: Served, make: Make) -> None:
    served.artifact("a", broken=True)
    with pytest.raises(StartError, match=r"container for production variant V did not pass the ping health check\..*there is no model"):
        make(MODEL, variant="V")


def test_an_image_without_a_program_is_refused_when_it_is_asked(make: Make) -> None:
    host = make(MODEL, {**MODEL, "Image": UNKNOWN_IMAGE})
    assert (host.program, host.running) == (None, False)
    with pytest.raises(StandInError, match=f"no program that stands in for the image .*{UNKNOWN_IMAGE}") as refusal:
        host.invoke(Invocation(b""))
    assert refusal.value.status == 501


def test_what_was_fetched_can_stay_for_the_next_start(served: Served, make: Make, tmp_path: Path) -> None:
    host = make(MODEL)
    host.stop(keep=True)
    del served.aws.s3.objects["data", "models/a.tar.gz"]
    host.start()
    assert host.invoke(Invocation(b"x")).body == b"a:x"
    host.stop()
    assert list((tmp_path / "hosts").iterdir()) == []


def test_target_models_are_for_containers_with_many(served: Served, make: Make) -> None:
    with pytest.raises(StandInError, match="is not a multi-model endpoint and does not support TargetModel"):
        make(MODEL).invoke(Invocation(b"", target_model="a.tar.gz"))
    many = make({**MODEL, "Mode": "MultiModel", "ModelDataUrl": "s3://data/models/"})
    with pytest.raises(StandInError, match="is a multi-model endpoint and must be invoked with TargetModel"):
        many.invoke(Invocation(b""))
    assert many.invoke(Invocation(b"x", target_model="a.tar.gz")).body == b"a:x"


def test_adapters_are_fetched_and_named_to_the_container(served: Served, make: Make) -> None:
    served.artifact("adapter")
    host = make(MODEL)
    host.load_adapter("formal", "s3://data/models/adapter.tar.gz", served.aws)
    host.invoke(Invocation(b"x", adapter="formal"))
    [container] = served.containers
    assert (container.adapters["formal"] / "name").read_text() == "adapter"
    assert container.asked[0][3]["X-Amzn-SageMaker-Adapter-Identifier"] == "formal"
    host.unload_adapter("formal")
    assert container.adapters == {}


@pytest.mark.parametrize(("artifact", "message"), [("gone", "Failed to download model data"), ("broken", "can't be loaded: broken")])
def test_adapters_that_are_none_are_refused(served: Served, make: Make, artifact: str, message: str) -> None:
    served.artifact("broken", broken=True)
    with pytest.raises(StartError, match=message):
        make(MODEL).load_adapter("formal", f"s3://data/models/{artifact}.tar.gz", served.aws)


def test_what_containers_print_is_written_when_they_start_fail_and_end(served: Served, make: Make) -> None:
    host = make(MODEL, log=("/endpoint", "AllTraffic"))
    with pytest.raises(ModelFailedError):
        host.invoke(Invocation(b"500"))
    host.stop()
    [lines] = served.aws.logs.groups["/endpoint"].values()
    assert lines == ["it printed", "it printed", '"POST /invocations HTTP/1.1" 500', "it printed"]
    served.artifact("a", broken=True)
    with pytest.raises(StartError):
        make(MODEL, log=("/broken", "AllTraffic"))
    assert list(served.aws.logs.groups["/broken"].values()) == [["it printed", "there is no model"]]


def test_containers_that_do_not_run_answer_nothing(make: Make) -> None:
    with pytest.raises(NotReadyError):
        make(MODEL, start=False).invoke(Invocation(b"x"))
