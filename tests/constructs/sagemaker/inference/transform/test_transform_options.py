import re
from typing import Any

import pytest

from ml_constructs.sagemaker.inference.transform.transform_options import TransformLimits, TransformOptions, TransformRuns
from ml_constructs.sagemaker.inference.transform.transform_records import TransformJoin, TransformRecords


def test_what_a_request_costs_at_most_is_capped_from_the_start() -> None:
    limits, runs = TransformLimits(), TransformRuns()
    assert (limits.max_objects, limits.max_bytes, limits.max_records) == (1000, 1_000_000_000, None)
    assert (runs.max_instances, runs.job_hours, runs.tries, runs.max_concurrent, runs.wait_hours) == (1, 4, 2, 2, 24)


def test_an_execution_may_wait_and_run_every_try() -> None:
    runs = TransformRuns(job_hours=3, tries=2, wait_hours=5)
    assert runs.job_seconds == 3 * 3600
    assert runs.execution_seconds == (5 + 2 * 4) * 3600


def test_lines_are_counted_where_they_can_be_read_in_time() -> None:
    lines = TransformRecords()
    assert TransformLimits().counts(lines) is True
    assert TransformLimits(max_bytes=10_000_000_000).counts(lines) is True
    assert TransformLimits(max_bytes=10_000_000_001).counts(lines) is False
    assert TransformLimits().counts(TransformRecords(compression="Gzip")) is False
    assert TransformLimits().counts(TransformRecords(split="RecordIO")) is False


def test_functions_are_told_zero_for_no_limit() -> None:
    told = TransformOptions(records=TransformRecords(split="None", payload_mb=0)).environment
    assert (told["MAX_RECORDS"], told["PAYLOAD_BYTES"], told["SPLIT_RECORDS"], told["COUNT_RECORDS"]) == ("0", "0", "0", "0")


@pytest.mark.parametrize(
    ("argument", "value", "range_"),
    [("max_objects", 0, "1 to 10000"), ("max_objects", 10_001, "1 to 10000"), ("max_bytes", 0, "1 to 5497558138880")],
)
def test_limits_out_of_their_ranges_are_refused(argument: str, value: int, range_: str) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be from {range_}, got {value}"):
        TransformLimits(**{argument: value})


def test_no_records_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="max_records must be at least 1, got 0"):
        TransformLimits(max_records=0)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("max_instances", 0), ("max_instances", 101), ("job_hours", 121), ("tries", 6), ("max_concurrent", 0), ("wait_hours", 49)],
)
def test_runs_out_of_their_ranges_are_refused(argument: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be from 1 to [0-9]+, got {value}"):
        TransformRuns(**{argument: value})


def test_instance_types_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match=r"instance type must be one of SageMaker's, got 'ml\.m5\.larg': nearest .* ml\.m5\.large"):
        TransformRuns(instance_type="ml.m5.larg")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"records": TransformRecords(compression="Gzip"), "limits": TransformLimits(max_records=5)},
            "max_records must be left out unless",
        ),
        ({"limits": TransformLimits(max_records=5, max_bytes=10_000_000_001)}, "max_records must be left out unless"),
        ({"records": TransformRecords(content_type="image/png"), "join": TransformJoin(joined=True)}, "content_type must be one of"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        TransformOptions(**options)
