"""Inference components share the instances of an endpoint."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.blueprints.local.serving import IMAGE, ROLE, UNKNOWN_IMAGE, Served

VARIANT = {"VariantName": "AllTraffic", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
NEEDS = {"ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}}
BASE = {"Container": {"Image": IMAGE, "ArtifactUrl": "s3://data/models/a.tar.gz"}, **NEEDS}


def adapter(artifact: str = "adapter") -> dict[str, Any]:
    return {"BaseInferenceComponentName": "base", "Container": {"ArtifactUrl": f"s3://data/models/{artifact}.tar.gz"}}


@pytest.fixture
def served(served: Served) -> Served:
    """An endpoint without models of its own, and an artifact for an adapter."""
    served.endpoint(VARIANT, ExecutionRoleArn=ROLE)
    served.artifact("adapter")
    return served


def scale(served: Served, copies: int, name: str = "base") -> dict[str, Any]:
    wanted = {"CopyCount": copies}
    served.sagemaker.update_inference_component_runtime_config(InferenceComponentName=name, DesiredRuntimeConfig=wanted)
    return served.settled_component(name)


def test_a_component_is_asked_by_its_name(served: Served) -> None:
    told = served.component("base", BASE, copies=2)
    assert (told["InferenceComponentStatus"], told["RuntimeConfig"]) == ("InService", {"DesiredCopyCount": 2, "CurrentCopyCount": 2})
    assert told["Specification"]["Container"]["DeployedImage"]["SpecifiedImage"] == IMAGE
    assert served.ask(b"x", InferenceComponentName="base") == b"a:x"
    others: tuple[dict[str, Any], ...] = ({}, {"InferenceComponentName": "other"})
    for wrong in others:
        with pytest.raises(
            ClientError, match=r"ValidationError.*InferenceComponentName must be one of the components of endpoint e \(base\)"
        ):
            served.ask(**wrong)


def test_a_component_may_be_made_of_a_model(served: Served) -> None:
    served.component("base", {"ModelName": "m", **NEEDS})
    assert served.ask(b"x", InferenceComponentName="base") == b"a:x"


def test_an_adapter_is_laid_upon_its_base(served: Served) -> None:
    served.component("base", BASE)
    served.component("formal", adapter())
    served.ask(b"x", InferenceComponentName="formal")
    [container] = served.containers
    assert (container.adapters["formal"] / "name").read_text() == "adapter"
    assert container.asked[-1][3]["X-Amzn-SageMaker-Adapter-Identifier"] == "formal"
    with pytest.raises(ClientError, match="is the base of formal, which must be deleted first"):
        served.sagemaker.delete_inference_component(InferenceComponentName="base")
    served.sagemaker.delete_inference_component(InferenceComponentName="formal")
    assert (container.adapters, container.runs) == ({}, True)


def test_a_component_without_copies_has_no_capacity_and_cloudwatch_hears_of_it(served: Served) -> None:
    served.component("base", BASE)
    served.component("formal", adapter())
    assert scale(served, 0)["RuntimeConfig"]["CurrentCopyCount"] == 0
    assert [container.runs for container in served.containers] == [False]
    for name in ("base", "formal"):
        with pytest.raises(ClientError, match=r"ValidationError.*Inference Component has no capacity to process this request"):
            served.ask(InferenceComponentName=name)
    assert served.told()["NoCapacityInvocationFailures"] == [1]
    assert scale(served, 1)["RuntimeConfig"]["CurrentCopyCount"] == 1
    assert served.ask(b"x", InferenceComponentName="formal") == b"a:x"
    assert "formal" in served.containers[-1].adapters


def test_a_component_can_begin_with_no_copy(served: Served) -> None:
    served.component("base", BASE, copies=0)
    assert served.containers == []
    scale(served, 1)
    assert served.ask(b"x", InferenceComponentName="base") == b"a:x"


def test_a_component_changes_in_place_with_its_adapters(served: Served) -> None:
    served.artifact("b")
    served.component("base", BASE)
    served.component("formal", adapter())
    changed = {"Container": {"Image": IMAGE, "ArtifactUrl": "s3://data/models/b.tar.gz"}, **NEEDS}
    served.sagemaker.update_inference_component(InferenceComponentName="base", Specification=changed, RuntimeConfig={"CopyCount": 3})
    assert served.settled_component("base")["RuntimeConfig"]["CurrentCopyCount"] == 3
    assert served.ask(b"x", InferenceComponentName="formal") == b"b:x"
    assert [container.runs for container in served.containers] == [False, True]


def test_an_update_that_fails_leaves_what_served(served: Served) -> None:
    served.component("base", BASE)
    changed = {"Container": {"Image": IMAGE, "ArtifactUrl": "s3://data/models/gone.tar.gz"}, **NEEDS}
    served.sagemaker.update_inference_component(InferenceComponentName="base", Specification=changed)
    assert "Failed to download model data" in served.settled_component("base")["FailureReason"]
    assert served.ask(b"x", InferenceComponentName="base") == b"a:x"


@pytest.mark.parametrize("artifact", ["gone", "broken"])
def test_an_adapter_that_is_none_has_failed(served: Served, artifact: str) -> None:
    served.artifact("broken", broken=True)
    served.component("base", BASE)
    assert served.component("formal", adapter(artifact))["InferenceComponentStatus"] == "Failed"
    assert served.ask(b"x", InferenceComponentName="base") == b"a:x"


def test_a_component_whose_artifact_the_role_may_not_read_has_failed(served: Served) -> None:
    served.aws.s3.denied = ["models/"]
    told = served.component("base", BASE)
    assert told["InferenceComponentStatus"] == "Failed"
    assert "Failed to download model data" in told["FailureReason"]


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (adapter(), 'Could not find base inference component "base" in service on the endpoint'),
        ({"ModelName": "gone", **NEEDS}, "Could not find model"),
        (NEEDS, "must have a ModelName, a Container with an Image, or a BaseInferenceComponentName"),
    ],
)
def test_what_can_not_be_made_is_refused_and_not_kept(served: Served, specification: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=f"ValidationException.*{message}"):
        served.component("formal", specification)
    assert served.sagemaker.list_inference_components()["InferenceComponents"] == []


def test_components_need_a_variant_without_a_model(served: Served) -> None:
    served.endpoint(name="own")
    with pytest.raises(ClientError, match="has a model: inference components need a variant without one"):
        served.sagemaker.create_inference_component(
            InferenceComponentName="base", EndpointName="own", VariantName="AllTraffic", Specification=BASE
        )
    with pytest.raises(ClientError, match="has no inference components, but InferenceComponentName was given"):
        served.ask(endpoint="own", InferenceComponentName="base")


def test_several_specifications_stand_for_several_instance_types(served: Served) -> None:
    several = {"Specifications": [{"InstanceType": "ml.g5.xlarge", **BASE}, {"InstanceType": "ml.g6.xlarge", **BASE}]}
    names = {"InferenceComponentName": "base", "EndpointName": "e", "VariantName": "AllTraffic"}
    with pytest.raises(ClientError, match="Exactly one of Specification and Specifications must be given"):
        served.sagemaker.create_inference_component(**names, **several, Specification=BASE)
    served.sagemaker.create_inference_component(**names, **several)
    assert served.settled_component("base")["InferenceComponentStatus"] == "InService"


def test_an_image_without_a_program_refuses_when_it_is_asked(served: Served) -> None:
    served.component("base", {"Container": {"Image": UNKNOWN_IMAGE}, **NEEDS})
    with pytest.raises(ClientError, match="has no program that stands in for the image"):
        served.ask(InferenceComponentName="base")


def test_components_are_listed_by_endpoint_and_variant(served: Served) -> None:
    served.component("base", BASE)
    listed = served.sagemaker.list_inference_components
    found = listed(EndpointNameEquals="e", VariantNameEquals="AllTraffic")["InferenceComponents"]
    assert [row["InferenceComponentName"] for row in found] == ["base"]
    assert listed(EndpointNameEquals="other")["InferenceComponents"] == []


def test_an_endpoint_goes_after_its_components(served: Served) -> None:
    served.component("base", BASE)
    with pytest.raises(ClientError, match="has inference components, which must be deleted first: base"):
        served.sagemaker.delete_endpoint(EndpointName="e")
    served.sagemaker.delete_inference_component(InferenceComponentName="base")
    assert [container.runs for container in served.containers] == [False]
    served.sagemaker.delete_endpoint(EndpointName="e")


def test_a_component_that_is_being_changed_is_left_alone(served: Served) -> None:
    served.component("base", BASE)
    served.control.components.records.get("base")["InferenceComponentStatus"] = "Updating"
    with pytest.raises(ClientError, match="Cannot update in-progress or failed inference component"):
        scale(served, 0)
    with pytest.raises(ClientError, match="Cannot delete in-progress inference component"):
        served.sagemaker.delete_inference_component(InferenceComponentName="base")
