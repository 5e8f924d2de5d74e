from typing import Any

import pytest

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.capacity.instance_pool import InstancePool
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.artifacts import TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.inference.multi_model.multi_model_endpoint import GPU_TYPES, check_types
from ml_constructs.sagemaker.instance_types import offered
from tests.constructs.sagemaker.inference.multi_model.multi_model_scene import Parts, scene


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts()


def container(endpoint: Any) -> Any:
    return scene().properties(endpoint.model.resource)["PrimaryContainer"]


def invoking(role: Any) -> Any:
    (found,) = [each for each in scene().statements(role) if each["Action"] == "sagemaker:InvokeEndpoint"]
    return found


def test_every_archive_below_the_prefix_is_a_model() -> None:
    found = container(scene().plain)
    assert (found["Mode"], found["MultiModelConfig"]) == ("MultiModel", {"ModelCacheSetting": "Enabled"})
    assert found["ModelDataUrl"]["Fn::Join"][1][-1] == "/models/"


def test_models_need_not_stay_in_memory() -> None:
    assert container(scene().gpu)["MultiModelConfig"] == {"ModelCacheSetting": "Disabled"}


def test_two_instances_serve_and_more_follow_the_load() -> None:
    config = scene().properties(scene().plain.config)
    assert config["ProductionVariants"][0]["InitialInstanceCount"] == 2
    assert scene().plain.capacity is not None


def test_requests_of_many_owners_are_not_captured() -> None:
    config = scene().properties(scene().plain.config)
    assert {"DataCaptureConfig", "ShadowProductionVariants"} & set(config) == set()


def test_the_role_reads_what_is_below_the_prefix_and_nothing_else() -> None:
    statements = scene().statements(scene().plain.model.role)
    (reading,) = [each for each in statements if each["Action"] == "s3:GetObject"]
    (listing,) = [each for each in statements if each["Action"] == "s3:ListBucket"]
    assert reading["Resource"]["Fn::Join"][1][-1] == "/models/*"
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "models/*"}}


def test_callers_may_ask_for_the_models_that_the_targets_allow() -> None:
    function, anyone = invoking(scene().service.function.role), invoking(scene().anyone)
    assert function["Condition"] == {"StringLike": {"sagemaker:TargetModel": ["tenants/*/*.tar.gz"]}}
    assert anyone["Condition"] == {"StringLike": {"sagemaker:TargetModel": ["*.tar.gz"]}}
    assert "*" not in str(function["Resource"])


def test_it_keeps_to_the_rules_of_all_packs() -> None:
    found = {rule: [path for path in paths if "/Models" not in path] for rule, paths in scene().findings.items()}
    assert {rule: paths for rule, paths in found.items() if paths} == {}


def test_volumes_are_encrypted_where_the_hardware_allows() -> None:
    assert "KmsKeyId" in scene().properties(scene().plain.config)
    assert "KmsKeyId" not in scene().properties(scene().gpu.config)


def test_the_accelerated_types_have_one_gpu_each() -> None:
    known = {found.name: found.accelerator for found in offered("hosting", accelerator="gpu")}
    assert {known[name].count for name in GPU_TYPES if known[name] is not None} == {1}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["ml.m5.large", "ml.r5d.4xlarge", "ml.c7g.xlarge", *GPU_TYPES])
def test_processors_of_any_kind_and_the_named_gpus_are_taken(name: str) -> None:
    check_types([name])


@pytest.mark.parametrize("name", ["ml.g5.12xlarge", "ml.g4dn.12xlarge", "ml.g6.xlarge", "ml.p4d.24xlarge", "ml.inf2.xlarge"])
def test_other_accelerators_are_refused(parts: Parts, name: str) -> None:
    with pytest.raises(ValueError, match=rf"instance_type must have no accelerator, or be one of ml\.g4dn\.xlarge, .*, got '{name}'"):
        parts.endpoint(f"Other{name.replace('.', '')}", hosting=Hosting(instance_type=name))


def test_each_type_of_a_pool_is_looked_at(parts: Parts) -> None:
    pools = (InstancePool(instance_type="ml.g5.xlarge", priority=1), InstancePool(instance_type="ml.g6.xlarge", priority=2))
    with pytest.raises(ValueError, match=r"got 'ml\.g6\.xlarge'"):
        parts.endpoint("Pooled", hosting=Hosting(pools=pools))


def test_an_image_for_processors_is_not_put_on_gpus(parts: Parts) -> None:
    with pytest.raises(ValueError, match="instance_type must be a type that runs xgboost"):
        parts.endpoint("Misfit", hosting=Hosting(instance_type="ml.g5.xlarge"))


def test_a_model_of_one_is_refused(parts: Parts) -> None:
    container = Container(FrameworkImage("xgboost"), TarArtifact(parts.bucket, "model.tar.gz"))
    model = Model(parts.stack, "Single", containers=[container])
    with pytest.raises(ValueError, match="model must have a container of mode MultiModel, got none in Stack/Single"):
        parts.endpoint("OfOne", model=model)


@pytest.mark.parametrize("targets", [[], [""], ["/tenants/*"], ["a" * 1025]])
def test_targets_that_allow_nothing_are_refused(parts: Parts, targets: list[str]) -> None:
    with pytest.raises(ValueError, match="targets must be patterns of 1 to 1024 characters that don't start with /, got"):
        parts.endpoint(f"Targets{len(targets)}{len(''.join(targets))}", targets=targets)


def test_one_instance_alone_has_to_be_allowed(parts: Parts) -> None:
    with pytest.raises(ValueError, match="min_instances must be at least 2, or 1 with allow_single, got 1"):
        parts.endpoint("Alone", scaling=Scaling(target=1, min_instances=1))


def test_pytorch_holds_many_models_on_processors_only(parts: Parts) -> None:
    with pytest.raises(ValueError, match="image must be one that serves many models for mode MultiModel, got pytorch"):
        parts.model("Torch", FrameworkImage("pytorch", accelerator="gpu"))
