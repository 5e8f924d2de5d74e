import aws_cdk as cdk
from constructs import Construct

from ml_constructs.sagemaker.inference.transform.transform_names import LONGEST_PREFIX, job_prefix


def prefix(stack: str, construct: str = "Transform") -> str:
    return job_prefix(Construct(cdk.Stack(cdk.App(), stack), construct))


def test_names_tell_the_stack_and_the_construct() -> None:
    assert prefix("batch").startswith("batch-transform-")


def test_names_leave_room_for_the_request_the_attempt_and_the_try() -> None:
    long = prefix("s" * 100)
    assert len(long) <= LONGEST_PREFIX
    assert LONGEST_PREFIX + len("-0123456789abcdef-999999-5") <= 63


def test_long_names_are_told_apart() -> None:
    assert prefix("s" * 100 + "a") != prefix("s" * 100 + "b")
    assert prefix("batch", "One") != prefix("batch", "Two")


def test_names_are_as_arns_hold_them() -> None:
    assert prefix("Batch").islower()
