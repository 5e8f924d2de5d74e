from typing import Any

import pytest

from ml_constructs.ai_services.bulk_run import BulkRun
from tests.constructs.ai_services.conftest import Scene
from tests.stacks import asl


@pytest.fixture(scope="module")
def machine(scene: Scene) -> asl.Machine:
    logical_id = scene.logical_id(scene.bulk.machine)
    return next(machine for machine in asl.machines(scene.template.to_json()) if machine.logical_id == logical_id)


def test_a_bucket_is_listed_page_by_page_into_express_children(machine: asl.Machine) -> None:
    objects = machine.definition["States"]["QueueObjects"]
    assert objects["ItemReader"] == {"Resource": "${S3ListObjects}", "Parameters": {"Bucket.$": "$.bucket", "Prefix.$": "$.prefix"}}
    assert objects["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    assert (objects["MaxConcurrency"], objects["ToleratedFailurePercentage"]) == (100, 5)


def test_a_run_without_a_prefix_takes_the_whole_bucket(machine: asl.Machine) -> None:
    expected = 'States.JsonMerge(States.StringToJson(\'{"prefix":""}\'), $, false)'
    assert machine.definition["States"]["Defaults"]["Parameters"]["run.$"] == expected


def test_each_object_becomes_a_message_that_the_intake_understands(machine: asl.Machine) -> None:
    message = asl.states(machine.definition)["QueueObject"]["Parameters"]["MessageBody"]
    assert (message["source"], message["detail-type"]) == ("blueprint.bulk", "Object Listed")
    assert message["detail"] == {
        "bucket": {"name.$": "$.bucket"},
        "object": {"key.$": "$.object.Key", "size.$": "$.object.Size", "etag.$": "$.object.Etag"},
    }


def test_what_was_queued_is_written_below_bulk(scene: Scene, machine: asl.Machine) -> None:
    writer = machine.definition["States"]["QueueObjects"]["ResultWriter"]
    assert writer == {"Resource": "${S3PutObject}", "Parameters": {"Bucket": "${Results}", "Prefix": "bulk"}}
    (writing,) = (statement for statement in scene.statements(scene.bulk.role) if "s3:PutObject" in statement["Action"])
    assert writing["Resource"] == scene.stack.resolve(scene.store.results.arn_for_objects("bulk/*"))


def test_the_definition_is_sound(machine: asl.Machine) -> None:
    assert asl.unreachable(machine.definition) == set()
    assert asl.careless_tasks(machine.definition) == {}
    assert asl.unfilled(machine) == set()
    assert asl.wrong_parameters(machine) == []


def test_only_known_buckets_can_be_listed(scene: Scene) -> None:
    (listing,) = (statement for statement in scene.statements(scene.bulk.role) if statement["Action"] == "s3:ListBucket")
    buckets = [scene.stack.resolve(bucket.bucket_arn) for bucket in (scene.store.documents, scene.existing)]
    assert sorted(map(str, listing["Resource"])) == sorted(map(str, buckets))


def test_a_run_starts_its_own_children_only(scene: Scene) -> None:
    (start,) = (statement for statement in scene.statements(scene.bulk.role) if statement["Action"] == "states:StartExecution")
    assert start["Resource"] == scene.stack.resolve(scene.bulk.arn)


def test_an_alarm_tells_of_runs_that_failed(scene: Scene) -> None:
    assert scene.alarm("FailedBulkRuns")["MetricName"] == "ExecutionsFailed"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_concurrency": 0}, "max_concurrency must be from 1 to 10000, got 0"),
        ({"max_concurrency": 10_001}, "max_concurrency must be from 1 to 10000, got 10001"),
        ({"tolerated_failure_percentage": 101}, "tolerated_failure_percentage must be from 0 to 100, got 101"),
        ({"tolerated_failure_percentage": -0.5}, "tolerated_failure_percentage must be from 0 to 100, got -0.5"),
    ],
)
def test_limits_that_step_functions_does_not_take_are_refused(plain: Scene, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BulkRun(plain.stack, "Other", sources=[], queue=plain.intake.queue, results=plain.store.results, defaults=plain.defaults, **options)
