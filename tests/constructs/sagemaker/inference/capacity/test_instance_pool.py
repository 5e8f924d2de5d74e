import pytest

from ml_constructs.sagemaker.inference.capacity.instance_pool import CapacityReservation, InstancePool, check_pools

PLAN = "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/spring"


def pool(instance_type: str, priority: int) -> InstancePool:
    return InstancePool(instance_type=instance_type, priority=priority)


def test_a_pool_has_a_type_and_a_priority() -> None:
    rendered = pool("ml.g5.xlarge", 2).render()
    assert (rendered.instance_type, rendered.priority) == ("ml.g5.xlarge", 2)


@pytest.mark.parametrize("priority", [0, 6])
def test_priorities_out_of_their_range_are_refused(priority: int) -> None:
    with pytest.raises(ValueError, match=f"priority must be from 1 to 5, got {priority}"):
        pool("ml.g5.xlarge", priority)


@pytest.mark.parametrize(
    ("pools", "refusal"),
    [
        ([pool(f"ml.m5.{size}xlarge", 1 + size % 5) for size in range(6)], "pools must be at most 5, got 6"),
        ([pool("ml.m5.large", 1), pool("ml.m5.large", 2)], "each instance_type of pools must stand once, got ml.m5.large, ml.m5.large"),
        ([pool("ml.m5.large", 1), pool("ml.c5.large", 1)], "each priority of pools must stand once, got 1, 1"),
    ],
)
def test_pools_without_an_order_are_refused(pools: list[InstancePool], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        check_pools(pools)


def test_nothing_is_launched_beside_a_reservation() -> None:
    rendered = CapacityReservation(reservation_arn=PLAN).render()
    assert (rendered.capacity_reservation_preference, rendered.ml_reservation_arn) == ("capacity-reservations-only", PLAN)


def test_what_is_no_reservation_is_refused() -> None:
    with pytest.raises(ValueError, match="reservation_arn must be the ARN of an ML capacity reservation of SageMaker, got 'cr-0123'"):
        CapacityReservation(reservation_arn="cr-0123")
