"""Images are known by their repository."""

import pytest

from blueprints.local.sagemaker.containers.frameworks import MODULES
from blueprints.local.sagemaker.containers.images import REPOSITORIES, UnsupportedImageError, framework_of


@pytest.mark.parametrize(
    ("uri", "framework"),
    [
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0", "xgboost"),
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn@sha256:" + "0" * 64, "scikit-learn"),
        ("763104351884.dkr.ecr.cn-north-1.amazonaws.com.cn/djl-inference:0.38.0-lmi29.0.0-cu130", "language-model"),
        ("public.ecr.aws/neuron/pytorch-inference-vllm-neuronx:0.16.0", "language-model"),
        ("301217895009.dkr.ecr.us-east-1.amazonaws.com/sagemaker-tritonserver:26.05-py3", "triton"),
    ],
)
def test_an_image_is_stood_in_for_by_its_framework(uri: str, framework: str) -> None:
    assert framework_of(uri) == framework


def test_every_repository_has_a_framework_that_is_there() -> None:
    assert set(REPOSITORIES.values()) == set(MODULES)


def test_another_image_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnsupportedImageError, match=r"sagemaker-xgboost.*, got 'linear-learner'"):
        framework_of("382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1")
