from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.named_function import named_function, queue_visibility


@pytest.fixture(scope="module")
def properties() -> dict[str, Any]:
    stack = cdk.Stack(cdk.App(), "Deployment")
    named_function(
        stack,
        "StartAnalysis",
        defaults=HandlerDefaults(key=None),
        environment={"TOLD": "this"},
        timeout_seconds=120,
        memory_mb=1024,
        shared=("documents",),
    )
    ((_, resource),) = Template.from_stack(stack).find_resources("AWS::Lambda::Function").items()
    found: dict[str, Any] = resource["Properties"]
    return found


def test_the_package_has_the_name_in_lower_case(properties: dict[str, Any]) -> None:
    assert properties["Handler"] == "start_analysis.handler.handler"


def test_it_counts_for_its_deployment_and_is_told_what_it_is_told(properties: dict[str, Any]) -> None:
    variables = properties["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "MlBlueprints/Deployment"
    assert variables["TOLD"] == "this"


def test_it_has_the_time_and_memory_that_it_is_given(properties: dict[str, Any]) -> None:
    assert (properties["Timeout"], properties["MemorySize"]) == (120, 1024)


def test_messages_are_hidden_for_six_times_the_time_of_a_function() -> None:
    assert queue_visibility(300).to_seconds() == 1800
