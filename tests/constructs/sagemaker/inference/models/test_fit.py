from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.fit import check_fit, fitting_types, volume_key_allowed
from ml_constructs.sagemaker.instance_types import instance_type

XGBOOST = FrameworkImage("xgboost")
VLLM = FrameworkImage("vllm", accelerator="gpu")
NEURON = FrameworkImage("pytorch-neuronx", accelerator="neuron")


@pytest.mark.parametrize(
    ("image", "types"),
    [
        (XGBOOST, ["ml.m5.large", "ml.c7i.large"]),
        (FrameworkImage("pytorch-arm64"), ["ml.m6g.large"]),
        (VLLM, ["ml.g6.xlarge"]),
        (NEURON, ["ml.inf2.xlarge", "ml.trn1.2xlarge"]),
    ],
)
def test_what_goes_together_is_taken(image: FrameworkImage, types: list[str]) -> None:
    check_fit(image, types)
    check_fit(image, types, region="us-east-1")


@pytest.mark.parametrize(
    ("image", "name", "reason"),
    [
        (XGBOOST, "ml.g5.xlarge", "which runs gpu images and not those for cpu; fitting, the smallest of a family, are ml.c7i.large, "),
        (VLLM, "ml.m5.large", "which runs cpu images and not those for gpu; fitting, the smallest of a family, are ml.g7"),
        (XGBOOST, "ml.m6g.large", "whose processors are arm64 and not x86_64; fitting, "),
        (XGBOOST, "ml.t3.medium", "which hosting jobs don't take; fitting, "),
        (NEURON, "ml.inf1.xlarge", "whose accelerator is Inferentia: Neuron SDK 2.31.1 is for Inferentia2, Trainium, Trainium2; fitting, "),
    ],
)
def test_what_does_not_is_refused_with_the_reason_and_fitting_types(image: FrameworkImage, name: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 the whole text is compared
        check_fit(image, ["ml.m5.large", name] if image is XGBOOST else [name])
    assert str(refused.value).startswith(f"instance_type must be a type that runs {image.title}, got '{name}', {reason}")


def test_the_setting_is_named_as_the_user_knows_it() -> None:
    with pytest.raises(ValueError, match=r"hosting\.instance_type must be a type that runs xgboost"):
        check_fit(XGBOOST, ["ml.g5.xlarge"], setting="hosting.instance_type")


def test_other_jobs_take_other_types() -> None:
    check_fit(XGBOOST, ["ml.t3.medium"], job="training")
    with pytest.raises(ValueError, match=r"got 'ml\.r5\.large', which transform jobs don't take"):
        check_fit(XGBOOST, ["ml.r5.large"], job="transform")


def test_a_type_without_a_price_in_the_region_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(
        ValueError, match=r"got 'ml\.p5\.48xlarge', which has no price for hosting in eu-west-3 .*; fitting in eu-west-3, .* ml\.g"
    ):
        check_fit(VLLM, ["ml.p5.48xlarge"], region="eu-west-3")


def test_a_region_without_the_image_is_refused_before_anything_else() -> None:
    with pytest.raises(ValueError, match=r"xgboost 3\.2-0 for cpu must be in mx-central-1; .* it is in af-south-1"):
        check_fit(XGBOOST, ["ml.g5.xlarge"], region="mx-central-1")


def test_a_region_that_is_known_at_deployment_only_is_taken_for_any() -> None:
    check_fit(VLLM, ["ml.p5.48xlarge"], region=cdk.Aws.REGION)


def test_what_has_a_price_nowhere_is_not_refused_for_its_region() -> None:
    assert instance_type("ml.trn2.48xlarge").regions("hosting") == frozenset()
    check_fit(NEURON, ["ml.trn2.48xlarge"], region="us-east-1")
    check_fit(XGBOOST, ["ml.t3.medium"], job="training", region="us-east-1")


def test_a_misspelt_type_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"nearest .* ml\.m5\.large"):
        check_fit(XGBOOST, ["ml.m5.larg"])


def test_where_nothing_fits_the_error_says_so() -> None:
    image: Any = FrameworkImage("pytorch-arm64")
    with pytest.raises(ValueError, match="no type of transform does"):
        check_fit(image, ["ml.m5.large"], job="transform")


def test_fitting_types_run_the_image() -> None:
    found = fitting_types(NEURON, region="us-east-1")
    assert {each.family for each in found} <= {"inf2", "trn1", "trn1n", "trn2"}
    assert found[0].name in ("ml.inf2.xlarge", "ml.trn1.2xlarge")


@pytest.mark.parametrize(
    ("types", "allowed"),
    [(["ml.m5.large"], True), (["ml.inf2.xlarge"], True), (["ml.g5.xlarge"], False), (["ml.m5.large", "ml.m5d.large"], False)],
)
def test_a_key_for_volumes_is_allowed_where_no_type_has_local_disks(types: list[str], allowed: bool) -> None:
    # aws/sagemaker-python-sdk#3677
    assert volume_key_allowed(types) is allowed
