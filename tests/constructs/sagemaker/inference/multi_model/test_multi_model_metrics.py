from typing import Any

import pytest

from ml_constructs.sagemaker.inference.multi_model import multi_model_metrics
from tests.constructs.sagemaker.inference.multi_model.multi_model_scene import scene

OWN = {
    "ModelCacheHit": "AWS/SageMaker",
    "ModelLoadingWaitTime": "AWS/SageMaker",
    "ModelDownloadingTime": "AWS/SageMaker",
    "ModelLoadingTime": "AWS/SageMaker",
    "ModelUnloadingTime": "AWS/SageMaker",
    "LoadedModelCount": "/aws/sagemaker/Endpoints",
}


def dashboard() -> str:
    (found,) = [each["Properties"]["DashboardBody"] for each in scene().template["Resources"].values() if "Dashboard" in each["Type"]]
    return "".join(part for part in found["Fn::Join"][1] if isinstance(part, str))


@pytest.mark.parametrize("name", OWN)
def test_each_metric_of_many_models_is_shown_from_its_namespace(name: str) -> None:
    assert f'"{OWN[name]}","{name}"' in dashboard()


def test_loaded_models_are_told_by_endpoint_and_variant() -> None:
    found: Any = multi_model_metrics.loaded_models(scene().plain)
    assert set(found.dimensions) == {"EndpointName", "VariantName"}
    assert (found.period.to_seconds(), found.statistic) == (60, "Sum")


def test_few_requests_say_nothing_of_the_memory() -> None:
    found: Any = multi_model_metrics.miss_percent(scene().plain)
    assert found.expression == "IF(FILL(requests, 0) >= 20, 100 * (requests - FILL(hits, 0)) / requests, 0)"
    assert {name: (each.metric_name, each.statistic) for name, each in found.using_metrics.items()} == {
        "requests": ("ModelCacheHit", "SampleCount"),
        "hits": ("ModelCacheHit", "Sum"),
    }


def test_times_are_shown_in_seconds() -> None:
    graphs = multi_model_metrics.multi_model_graphs(scene().plain)
    times: list[Any] = [*graphs["Wait for a model (s)"], *graphs["Time to fetch, load and unload a model (s)"]]
    assert [each.expression for each in times] == [f"{name} / 1000000" for name in ("average", "maximum", "fetched", "loaded", "unloaded")]
