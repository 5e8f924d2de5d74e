import re
from typing import Any

import pytest
from pydantic import ValidationError

from ml_constructs.sagemaker.inference.transform.transform_options import TransformOptions
from stacks.batch_transform_settings import BatchTransformSettings


def read(**settings: Any) -> BatchTransformSettings:
    return BatchTransformSettings.model_validate(settings)


def test_defaults_are_those_of_the_constructs() -> None:
    found, known = read().options(), TransformOptions()
    assert (found.join, found.limits, found.runs) == (known.join, known.limits, known.runs)
    assert found.records.properties == known.records.properties
    assert read().alarms.value().instance_hours_per_day == 24


def test_the_functions_call_four_services_by_endpoints() -> None:
    assert read().required_endpoints == ("sagemaker.api", "sns", "sqs", "states")


def test_instances_need_a_network_to_be_attached_to_one() -> None:
    attached = read(model_in_network=True)
    found = list(attached.conflicts(compliance="baseline", network="none"))
    assert found == [(("model_in_network",), "true is not allowed without a network; allowed: false")]
    assert list(attached.conflicts(compliance="baseline", network="own")) == []


def test_a_prefix_comes_every_day() -> None:
    (daily,) = read(daily=[{"prefix": "data/{date}/", "hour": 4, "time_zone": "Europe/Berlin"}]).daily
    assert (daily.value().prefix, daily.value().minute) == ("data/{date}/", 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"records": {"content_type": "csv"}}, "pattern"),
        ({"records": {"split": "Words"}}, "Input should be 'Line'"),
        ({"records": {"payload_mb": 101}}, "less than or equal to 100"),
        ({"records": {"payload_mb": 20, "concurrency": 6}}, "payload_mb times concurrency must be from 0 to 100, got 120"),
        ({"records": {"split": "None", "strategy": "SingleRecord"}}, "strategy must be MultiRecord where split is None, got SingleRecord"),
        ({"records": {"timeout_seconds": 3601}}, "less than or equal to 3600"),
        ({"records": {"retries": 4}}, "less than or equal to 3"),
        ({"join": {"input_filter": "features"}}, "pattern"),
        ({"join": {"joined": True}, "records": {"content_type": "image/png"}}, "content_type must be one of text/csv"),
        ({"limits": {"max_objects": 10_001}}, "less than or equal to 10000"),
        ({"limits": {"max_records": 5}, "records": {"compression": "Gzip"}}, "max_records must be left out unless"),
        ({"runs": {"instance_type": "ml.m5.larg"}}, "nearest"),
        ({"runs": {"instance_type": "ml.g5.xlarge"}}, "runs.instance_type must be a type that runs xgboost"),
        ({"runs": {"instance_type": "ml.p5.48xlarge"}}, "which transform jobs don't take; fitting, the smallest of a family, are ml."),
        ({"runs": {"max_instances": 101}}, "less than or equal to 100"),
        ({"runs": {"job_hours": 0}}, "greater than or equal to 1"),
        ({"daily": [{"prefix": "other/", "hour": 4}]}, "pattern"),
        ({"daily": [{"prefix": "data/", "hour": 24}]}, "less than or equal to 23"),
        ({"model": {"framework": "pytorch"}}, "model.artifact must be given for pytorch, got none: there are sample models of"),
        (
            {"model": {"artifact": "s3://models/unpacked/"}},
            "model.artifact must be a .tar.gz archive for batch transform, got s3://models/",
        ),
        ({"alarms": {"instance_hours_per_day": 0}}, "greater than 0"),
        ({"retention_days": -1}, "greater than or equal to 0"),
        ({"recods": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)
