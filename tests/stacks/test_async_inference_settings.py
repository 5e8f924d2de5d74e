import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.async_inference_settings import AsyncInferenceSettings


def read(**settings: Any) -> AsyncInferenceSettings:
    return AsyncInferenceSettings.model_validate(settings)


def test_defaults_are_those_of_the_constructs() -> None:
    settings = read()
    scaling, requests = settings.scaling.value(), settings.requests.value()
    assert (scaling.min_instances, scaling.max_instances, scaling.backlog_per_instance) == (0, 2, 3)
    assert settings.requests.concurrency_per_instance is not None
    assert scaling.backlog_per_instance < settings.requests.concurrency_per_instance  # or the number swings under a steady load
    assert (requests.max_bytes, requests.answer_seconds) == (1_000_000_000, 21_600 + 900 + 900)
    assert settings.alarms.value().backlog_age_minutes == 60


def test_the_functions_call_two_services_by_endpoints() -> None:
    assert read().required_endpoints == ("sagemaker.runtime", "sqs")


def test_instances_need_a_network_to_be_attached_to_one() -> None:
    attached = read(model_in_network=True)
    found = list(attached.conflicts(compliance="baseline", network="none"))
    assert found == [(("model_in_network",), "true is not allowed without a network; allowed: false")]
    assert list(attached.conflicts(compliance="baseline", network="own")) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scaling": {"min_instances": 3}}, "min_instances must be from 0 to 2, got 3"),
        ({"scaling": {"max_instances": 0}}, "greater than or equal to 1"),
        ({"scaling": {"min_instances": -1}}, "greater than or equal to 0"),
        ({"scaling": {"backlog_per_instance": 0}}, "greater than 0"),
        ({"scaling": {"scale_in_cooldown_seconds": 3601}}, "less than or equal to 3600"),
        ({"requests": {"content_types": {}}}, "at least 1 item"),
        ({"requests": {"content_types": {"csv": "text/csv"}}}, "pattern"),
        ({"requests": {"content_types": {".csv": "csv"}}}, "pattern"),
        ({"requests": {"max_megabytes": 1001}}, "less than or equal to 1000"),
        ({"requests": {"time_to_live_minutes": 361}}, "less than or equal to 360"),
        ({"requests": {"timeout_seconds": 3601}}, "less than or equal to 3600"),
        ({"requests": {"concurrency_per_instance": 1001}}, "less than or equal to 1000"),
        ({"hosting": {"routing": "random"}}, "hosting.routing must be left out, because instances take requests from a queue, got random"),
        ({"model": {"framework": "pytorch"}}, "model.artifact must be given for pytorch, got none: there are sample models of"),
        ({"hosting": {"instance_type": "ml.g5.xlarge"}}, "hosting.instance_type must"),
        ({"alarms": {"backlog_age_minutes": 0}}, "greater than 0"),
        ({"retention_days": -1}, "greater than or equal to 0"),
        ({"scalling": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


def test_rows_outlive_the_longest_request() -> None:
    requests = read(retention_days=1, requests={"time_to_live_minutes": 360, "timeout_seconds": 3600}).requests
    assert requests.value().answer_seconds < 24 * 3600
