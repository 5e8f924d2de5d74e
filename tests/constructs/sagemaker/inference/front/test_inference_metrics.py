import ast
from pathlib import Path
from typing import Any

import pytest

import inference.errors as handler_errors
from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.sagemaker.inference.front import inference_metrics as metrics
from tests.constructs.sagemaker.inference.front.front_scene import plain

OF_COMPONENTS = {"NoCapacity"}
"""Only copies of inference components go down to none."""
HANDLER = Path(handler_errors.__file__).with_name("serving.py")


def counted_by_the_functions() -> set[str]:
    kinds = [kind for kind in vars(handler_errors).values() if isinstance(kind, type) and issubclass(kind, handler_errors.InferenceError)]
    calls = [node for node in ast.walk(ast.parse(HANDLER.read_text())) if isinstance(node, ast.Call) and ast.unparse(node.func) == "count"]
    return {kind.metric for kind in kinds if kind.metric} | {ast.literal_eval(call.args[0]) for call in calls}


def test_every_outcome_that_functions_count_is_shown() -> None:
    assert set(metrics.OUTCOMES) == counted_by_the_functions() - OF_COMPONENTS


def test_outcomes_are_those_of_this_deployment_and_its_function() -> None:
    metric = metrics.outcome(plain().service, "Predictions")
    assert (metric.namespace, metric.dimensions) == ("MlBlueprints/Stack", {"service": "invoke_endpoint"})


def test_few_requests_make_no_share() -> None:
    expression: Any = metrics.refused_by_model(plain().service, MOMENT)
    every = "(FILL(predictions, 0) + FILL(modelrefusals, 0))"
    assert expression.expression == f"IF({every} >= 20, 100 * FILL(modelrefusals, 0) / {every}, 0)"


@pytest.mark.parametrize("title", ["Requests by outcome", "Prediction API", "Time to a prediction (ms)"])
def test_a_dashboard_shows_requests(title: str) -> None:
    assert metrics.front_graphs(plain().service, plain().api)[title]
