import pytest

from ml_constructs.bedrock.sync_functions import TIMEOUT_SECONDS
from tests.constructs.bedrock.sync_scene import plain


@pytest.mark.parametrize("name", TIMEOUT_SECONDS)
def test_a_function_has_its_package_its_time_and_a_namespace_of_its_stack(name: str) -> None:
    scene = plain()
    function = scene.properties(scene.sync.functions[name])
    assert function["Handler"].removesuffix(".handler.handler").replace("_", "") == name.lower()
    assert function["Timeout"] == TIMEOUT_SECONDS[name] <= 900
    assert function["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == "MlBlueprints/Stack"


def test_there_is_no_other_function() -> None:
    assert set(plain().sync.functions) == set(TIMEOUT_SECONDS)
