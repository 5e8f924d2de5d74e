import pytest

from blueprints.simulating.capacity import Pool, StartUp, capacities
from blueprints.simulating.fleets import Fleet, Hosts

START = StartUp(instance_seconds=300, copy_seconds=60)


def component(name: str, initial: int, *, per_instance: int = 2, maximum: int = 2) -> Fleet:
    return Fleet(
        name=name,
        kind="inference-component",
        endpoint="one",
        instance_type="ml.g5.xlarge",
        initial=initial,
        minimum=0,
        maximum=8,
        per_instance=per_instance,
        hosts=Hosts(minimum=0, maximum=maximum),
    )


def test_what_is_ordered_is_ready_later() -> None:
    pool = Pool(1)
    pool.order(3, 100)
    assert (pool.ready, pool.ordered) == (1, 3)
    pool.advance(99)
    assert pool.ready == 1
    pool.advance(100)
    assert pool.ready == 3


def test_what_is_not_ready_is_given_up_first() -> None:
    pool = Pool(2)
    pool.order(4, 100)
    pool.order(1, 100)
    assert (pool.ready, pool.due) == (1, [])


def test_instances_are_settled_once_all_serve() -> None:
    (instances,) = capacities(
        [Fleet(name="one", kind="real-time", endpoint="one", instance_type="ml.m5.large", initial=2, minimum=2, maximum=4)], START
    )
    instances.want(3, 0)
    assert (instances.desired, instances.ready, instances.instances, instances.settled) == (3, 2, 3, False)
    instances.advance(300)
    assert (instances.ready, instances.settled) == (3, True)


def test_a_copy_waits_for_its_instance_and_then_loads() -> None:
    (copies,) = capacities([component("one", 0)], START)
    copies.want(1, 0)
    for now, ready in ((299, 0), (300, 0), (359, 0), (360, 1)):
        copies.advance(now)
        assert copies.ready == ready
    assert (copies.instances, copies.settled) == (1, True)


def test_instances_go_with_the_last_copy() -> None:
    (copies,) = capacities([component("one", 3)], START)
    assert copies.instances == 2
    copies.want(0, 0)
    assert (copies.instances, copies.ready) == (0, 0)


def test_components_share_the_instances_and_the_first_ones_get_them() -> None:
    first, second = capacities([component("one", 2), component("two", 0)], START)
    second.want(4, 0)
    for now in (300, 360):
        second.advance(now)
    assert (first.ready, second.ready) == (2, 2)
    assert second.instances == 2
    assert second.settled, "no further instance may be had, so that there is nothing to wait for"


@pytest.mark.parametrize("kind", ["real-time", "asynchronous"])
def test_fleets_without_components_have_instances_of_their_own(kind: str) -> None:
    fleet = Fleet(name="one", kind=kind, endpoint="one", instance_type="x", initial=1, minimum=1, maximum=1)  # type: ignore[arg-type]
    assert [found.instances for found in capacities([fleet, fleet], START)] == [1, 1]
