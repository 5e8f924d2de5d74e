import pytest

from tests.constructs.sagemaker.inference.components.component_scene import Scene, adapted


@pytest.fixture(scope="module")
def scene() -> Scene:
    return adapted()


def test_an_adapter_has_its_base_and_its_files_and_takes_nothing(scene: Scene) -> None:
    _, base = scene.component("Assistant")
    _, adapter = scene.component("Legal")
    assert adapter["Properties"]["Specification"] == {
        "BaseInferenceComponentName": base["Properties"]["InferenceComponentName"],
        "Container": {"ArtifactUrl": "s3://models/adapters/legal.tar.gz"},
    }
    assert "RuntimeConfig" not in adapter["Properties"]


def test_the_roles_may_read_their_files_and_no_others(scene: Scene) -> None:
    policies = scene.template.find_resources("AWS::IAM::Policy")
    reads = {
        name: [
            str(statement["Resource"]) for statement in each["Properties"]["PolicyDocument"]["Statement"] if "GetObject" in str(statement)
        ]
        for name, each in policies.items()
    }
    (endpoint,) = [found for name, found in reads.items() if name.startswith("EndpointRoleDefault")]
    assert ["legal.tar.gz" in each for each in endpoint] == [True]


def test_an_adapter_has_metrics_of_its_own() -> None:
    found = Scene()
    metric = found.adapt(found.add()).metric("Invocations")
    assert "legal" in str(metric.dimensions)


def test_refuses_the_name_of_its_base() -> None:
    found = Scene()
    with pytest.raises(ValueError, match="name must differ from those of other components, got assistant again"):
        found.adapt(found.add(), "assistant")
