from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from ml_constructs.foundation.roles import service_role
from ml_constructs.sagemaker.images import EcrImage, FrameworkImage

OWN: dict[str, Any] = {"accelerators": frozenset({"cpu"}), "architectures": frozenset({"x86_64"})}


@pytest.fixture
def role(stack: cdk.Stack) -> iam.Role:
    return service_role(stack, "Role", service="sagemaker.amazonaws.com")


@pytest.fixture
def repository(stack: cdk.Stack) -> ecr.IRepository:
    return ecr.Repository.from_repository_name(stack, "Repository", "mine")


def statements(stack: cdk.Stack) -> list[dict[str, Any]]:
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    return [statement for policy in policies.values() for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_a_framework_is_the_newest_version_for_processors() -> None:
    image = FrameworkImage("xgboost")
    assert (image.framework, image.version, image.accelerator) == ("xgboost", "3.2-0", "cpu")
    assert image.accelerators == {"cpu"}
    assert image.title == "xgboost 3.2-0 for cpu"
    assert image == FrameworkImage("xgboost", "3.2-0")
    assert image != FrameworkImage("xgboost", "1.7-1")


def test_what_is_known_of_an_image_goes_with_it() -> None:
    image = FrameworkImage("djl-lmi", accelerator="gpu")
    assert (image.cuda, image.multi_model, image.architectures) == ("13.0", False, frozenset({"x86_64"}))
    assert image.hub is not None
    assert FrameworkImage("vllm-neuronx", accelerator="neuron").neuron_sdk == "2.26.1"


def test_a_framework_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="framework must be one of"):
        FrameworkImage("caffe")


def test_its_address_has_the_account_of_the_region() -> None:
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(region="eu-west-1"))
    uri = stack.resolve(FrameworkImage("xgboost").uri(stack))["Fn::Join"][1]
    assert uri == ["141502667606.dkr.ecr.eu-west-1.", {"Ref": "AWS::URLSuffix"}, "/sagemaker-xgboost:3.2-0"]


def test_a_region_without_the_image_is_refused() -> None:
    with pytest.raises(ValueError, match="must be in mx-central-1"):
        FrameworkImage("xgboost").check_region("mx-central-1")
    FrameworkImage("xgboost").check_region("us-east-1")


def test_a_role_may_pull_from_the_repositories_of_its_images_and_no_others(stack: cdk.Stack, role: iam.Role) -> None:
    for image in (FrameworkImage("xgboost"), FrameworkImage("tei")):
        image.grant_pull(role)
    (pulls,) = (found for found in statements(stack) if found["Resource"] != "*")
    assert {arn["Fn::Join"][1][-1] for arn in pulls["Resource"]} == {":repository/sagemaker-xgboost", ":repository/tei-cpu"}
    assert pulls["Action"] == ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def test_the_token_of_all_registries_is_allowed_once(stack: cdk.Stack, role: iam.Role) -> None:
    for image in (FrameworkImage("xgboost"), FrameworkImage("tei")):
        image.grant_pull(role)
    assert [found["Action"] for found in statements(stack) if found["Resource"] == "*"] == ["ecr:GetAuthorizationToken"]


def test_an_image_of_ones_own_is_named_by_its_repository(stack: cdk.Stack, repository: ecr.IRepository) -> None:
    tagged, pinned = (EcrImage(repository=repository, tag_or_digest=name, **OWN) for name in ("v1", "sha256:" + "0" * 64))
    assert stack.resolve(tagged.uri(stack))["Fn::Join"][1][-1] == "/mine:v1"
    assert stack.resolve(pinned.uri(stack))["Fn::Join"][1][-1] == "/mine@sha256:" + "0" * 64
    assert (tagged.title, tagged.multi_model) == ("the image v1", False)
    tagged.check_region("mx-central-1")


def test_an_image_of_ones_own_is_pulled_from_its_own_region_only(stack: cdk.Stack) -> None:
    there = ecr.Repository.from_repository_arn(stack, "There", "arn:aws:ecr:eu-west-1:123456789012:repository/mine")
    image = EcrImage(repository=there, tag_or_digest="v1", **OWN)
    image.check_region("eu-west-1")
    with pytest.raises(ValueError, match=r"repository of the image v1 must be in us-east-1, as SageMaker .*, got eu-west-1"):
        image.check_region("us-east-1")


def test_a_role_may_pull_an_image_of_ones_own(stack: cdk.Stack, role: iam.Role, repository: ecr.IRepository) -> None:
    EcrImage(repository=repository, tag_or_digest="v1", **OWN).grant_pull(role)
    (pull,) = (found for found in statements(stack) if found["Resource"] != "*")
    assert pull["Resource"]["Fn::Join"][1][-1] == ":repository/mine"


def test_an_image_without_a_tag_is_refused(repository: ecr.IRepository) -> None:
    with pytest.raises(ValueError, match="tag_or_digest must name an image of the repository, got ''"):
        EcrImage(repository=repository, tag_or_digest="", **OWN)
