from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from ml_constructs.ai_services.document_functions import SIZES, document_function, visibility_timeout
from ml_constructs.foundation import DataKey, HandlerDefaults
from tests.constructs.ai_services.conftest import Scene

LAMBDA_MEMORY_OF_NEW_ACCOUNTS_MB = 3008


@pytest.mark.parametrize("name", SIZES)
def test_sizes_are_within_the_limits_of_lambda(name: str) -> None:
    assert 0 < SIZES[name].timeout_seconds <= 900
    assert 128 <= SIZES[name].memory_mb <= LAMBDA_MEMORY_OF_NEW_ACCOUNTS_MB


def test_every_function_has_its_package_its_size_and_the_shared_code(scene: Scene) -> None:
    functions = {**scene.steps.functions, **scene.jobs.functions, **scene.review.functions}
    functions |= {"StartAnalysis": scene.start, "CloseExecution": scene.closer.function}
    assert set(functions) == set(SIZES)
    for name, function in functions.items():
        properties = scene.properties(function)
        package = properties["Handler"].partition(".")[0]
        assert package.replace("_", "") == name.lower()
        assert (properties["Timeout"], properties["MemorySize"]) == (SIZES[name].timeout_seconds, SIZES[name].memory_mb)


def test_metrics_of_two_deployments_are_kept_apart(scene: Scene) -> None:
    variables = scene.properties(scene.start)["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "MlBlueprints/Stack"


def test_a_function_is_told_what_it_needs(stack: cdk.Stack, key: DataKey, template: Callable[[], Template]) -> None:
    document_function(stack, "CollectTextractJob", defaults=HandlerDefaults(key=key), environment={"JOBS_TABLE": "jobs"})
    variables = Match.object_like({"JOBS_TABLE": "jobs", "POWERTOOLS_SERVICE_NAME": "collect_textract_job"})
    template().has_resource_properties("AWS::Lambda::Function", {"Environment": {"Variables": variables}})


def test_a_function_that_nobody_wrote_is_refused(stack: cdk.Stack, key: DataKey) -> None:
    with pytest.raises(KeyError, match="ReadMinds"):
        document_function(stack, "ReadMinds", defaults=HandlerDefaults(key=key), environment={})


def test_a_queue_hides_messages_six_times_as_long_as_its_consumer_may_take() -> None:
    assert visibility_timeout("StartAnalysis").to_seconds() == 6 * SIZES["StartAnalysis"].timeout_seconds


def test_documents_can_be_read_wherever_they_may_lie(scene: Scene) -> None:
    role = scene.steps.functions["AnalyzeImage"].execution_role
    reads = [statement for statement in scene.statements(role) if "s3:GetObject" in statement["Action"]]
    resources = [resource for statement in reads for resource in _listed(statement["Resource"])]
    assert scene.stack.resolve(scene.store.documents.arn_for_objects("*")) in resources
    assert scene.stack.resolve(scene.existing.arn_for_objects("*")) in resources
    assert len(resources) == 2


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
