from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.asynchronous.async_options import AsyncRequests, AsyncScaling


def test_there_are_no_instances_without_requests() -> None:
    assert (AsyncScaling().min_instances, AsyncScaling().initial_instances, AsyncScaling().scaled) == (0, 1, True)


def test_equal_bounds_keep_the_number() -> None:
    scaling = AsyncScaling(min_instances=3, max_instances=3)
    assert (scaling.scaled, scaling.initial_instances) == (False, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"max_instances": 0}, "max_instances must be from 1 to 1000, got 0"),
        ({"min_instances": 3}, "min_instances must be from 0 to 2, got 3"),
        ({"min_instances": -1}, "min_instances must be from 0 to 2, got -1"),
        ({"backlog_per_instance": 0}, "backlog_per_instance must be above 0, got 0"),
        ({"scale_in_cooldown": Duration.hours(2)}, "scale_in_cooldown in seconds must be from 0 to 3600, got 7200"),
        ({"scale_out_cooldown": Duration.hours(2)}, "scale_out_cooldown in seconds must be from 0 to 3600, got 7200"),
    ],
)
def test_numbers_of_instances_that_cannot_be_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AsyncScaling(**values)


def test_nothing_more_is_heard_after_both_times_and_a_quarter_of_an_hour() -> None:
    requests = AsyncRequests(time_to_live=Duration.minutes(30), timeout=Duration.minutes(10))
    assert requests.answer_seconds == (30 + 10 + 15) * 60


def test_the_function_is_told_in_json_and_seconds() -> None:
    assert AsyncRequests().environment == {
        "INVOCATION_TIMEOUT_SECONDS": "900",
        "MAX_BYTES": "1000000000",
        "MIME_TYPES": '[[".csv", "text/csv"], [".json", "application/json"]]',
        "REQUEST_TTL_SECONDS": "21600",
    }
    assert AsyncRequests(accept="text/csv").environment["ACCEPT"] == "text/csv"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"prefix": ""}, "prefix must be names of safe characters, each followed by a slash, got ''"),
        ({"prefix": "requests"}, "prefix must be names"),
        ({"prefix": "/requests/"}, "prefix must be names"),
        ({"content_types": {}}, "content_types must name at least one ending, got none"),
        ({"content_types": {"csv": "text/csv"}}, "content_types must be endings in lower case such as .csv, got 'csv'"),
        ({"content_types": {".CSV": "text/csv"}}, "content_types must be endings"),
        ({"max_bytes": 0}, "max_bytes must be from 1 to 1000000000, got 0"),
        ({"max_bytes": 1_000_000_001}, "max_bytes must be from 1 to 1000000000, got 1000000001"),
        ({"time_to_live": Duration.seconds(59)}, "time_to_live in seconds must be from 60 to 21600, got 59"),
        ({"time_to_live": Duration.seconds(21_601)}, "time_to_live in seconds must be"),
        ({"timeout": Duration.seconds(0)}, "timeout in seconds must be from 1 to 3600, got 0"),
        ({"timeout": Duration.seconds(3601)}, "timeout in seconds must be"),
    ],
)
def test_requests_that_sagemaker_does_not_take_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AsyncRequests(**values)
