import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds


def test_times_are_whole_seconds() -> None:
    assert seconds(Duration.minutes(5)) == 300


@pytest.mark.parametrize("value", [None, Duration.seconds(60), Duration.hours(1)])
def test_times_in_their_range_and_none_are_taken(value: Duration | None) -> None:
    check_seconds("wait", value, 60, 3600)


@pytest.mark.parametrize("value", [59, 3601])
def test_times_out_of_their_range_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match=f"wait in seconds must be from 60 to 3600, got {value}"):
        check_seconds("wait", Duration.seconds(value), 60, 3600)
