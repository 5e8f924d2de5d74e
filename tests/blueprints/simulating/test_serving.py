import pytest

from blueprints.simulating.serving import Line, Pace
from tests.blueprints.simulating import shapes

PACE = Pace(service_seconds=5, parallel=2)


def line(kind: str) -> Line:
    return Line(shapes.only(getattr(shapes, kind)), PACE)


def test_requests_that_find_capacity_take_what_they_take() -> None:
    served = line("REAL_TIME").serve(arrivals=4, capacity=2)
    assert (served.latency, served.failed, served.busy) == (5, 0, 0.5)
    assert served.metrics["InvocationsPerInstance"] == 2
    assert served.metrics["ConcurrentRequestsPerModel"] == 1
    assert served.metrics["CPUUtilization"] == 50


def test_requests_that_find_none_wait_and_then_fail() -> None:
    busy = line("REAL_TIME")
    served = busy.serve(arrivals=18, capacity=2)
    assert (served.latency, served.failed, busy.waiting) == (5 + 10 / 0.8, 0, 10)
    assert busy.serve(arrivals=100, capacity=2).failed == 110 - 8 - 48
    assert busy.waiting == 48


def test_without_a_copy_components_refuse_and_count_it() -> None:
    served = line("COMPONENTS").serve(arrivals=3, capacity=0)
    assert (served.failed, served.latency, served.metrics) == (3, None, {"NoCapacityInvocationFailures": 3})


def test_an_idle_variant_publishes_zeros() -> None:
    assert line("REAL_TIME").serve(arrivals=0, capacity=1).metrics["InvocationsPerInstance"] == 0


def test_a_queue_loses_nothing_while_there_is_no_capacity() -> None:
    queue = line("ASYNCHRONOUS")
    first, second = queue.serve(arrivals=1, capacity=0), queue.serve(arrivals=2, capacity=0)
    assert (first.failed, second.failed, queue.waiting) == (0, 0, 3)
    assert second.latency is None
    assert second.metrics["HasBacklogWithoutCapacity"] == 1
    assert second.metrics["ApproximateBacklogSizePerInstance"] == 3
    assert second.metrics["ApproximateAgeOfOldestRequest"] == 20


def test_what_has_waited_for_capacity_tells_how_long() -> None:
    queue = line("ASYNCHRONOUS")
    for _ in range(6):
        queue.serve(arrivals=0 if queue.waiting else 1, capacity=0)
    assert queue.serve(arrivals=0, capacity=1).latency == 60 + 5
    assert queue.serve(arrivals=1, capacity=1).latency == 5


def test_with_capacity_a_queue_is_worked_off() -> None:
    queue = line("ASYNCHRONOUS")
    served = queue.serve(arrivals=10, capacity=2)
    assert queue.waiting == 2
    assert served.backlog == 6
    assert served.metrics["ApproximateBacklogSizePerInstance"] == 3
    assert served.metrics["HasBacklogWithoutCapacity"] == 0


def test_serverless_endpoints_refuse_more_than_their_concurrency() -> None:
    served = line("SERVERLESS").serve(arrivals=40, capacity=2)
    assert served.failed == pytest.approx(20)
    assert served.backlog == 10
    assert served.metrics["ServerlessProvisionedConcurrencyUtilization"] == 1
