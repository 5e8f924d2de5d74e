import re
from typing import Any

import pytest

from stacks.settings.inference import HostingSettings, ModelSettings
from stacks.settings.inference_checks import check_model

SAMPLES = {"xgboost": "churn"}
ARCHIVE = "s3://models/model.tar.gz"
IMAGE = {"repository_arn": "arn:aws:ecr:eu-west-1:123456789012:repository/models", "tag": "1", "accelerators": ("gpu",)}


def check(hosting: dict[str, Any] | None = None, **model: Any) -> None:
    check_model(ModelSettings.model_validate(model), HostingSettings.model_validate(hosting or {}), SAMPLES)


def test_a_framework_with_a_sample_needs_no_files() -> None:
    check()


def test_a_framework_without_a_sample_needs_files() -> None:
    check(framework="scikit-learn", artifact=ARCHIVE)
    expected = "model.artifact must be given for scikit-learn, got none: there are sample models of xgboost"
    with pytest.raises(ValueError, match=expected):
        check(framework="scikit-learn")


def test_instances_have_to_run_the_image() -> None:
    check(framework="pytorch", accelerator="gpu", artifact=ARCHIVE, hosting={"instance_type": "ml.g5.xlarge"})
    with pytest.raises(ValueError, match=re.escape("hosting.instance_type must")):
        check(framework="pytorch", accelerator="gpu", artifact=ARCHIVE)


def test_every_pool_has_to_run_the_image() -> None:
    pools = ({"instance_type": "ml.m5.large", "priority": 1}, {"instance_type": "ml.g5.xlarge", "priority": 2})
    with pytest.raises(ValueError, match=re.escape("ml.g5.xlarge")):
        check(hosting={"pools": pools})


def test_an_image_of_ones_own_is_looked_at_when_the_stack_is_defined() -> None:
    check(image=IMAGE)
