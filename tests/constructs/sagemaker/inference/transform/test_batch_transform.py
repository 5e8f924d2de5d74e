from typing import Any

import pytest

from ml_constructs.sagemaker.inference.models.artifacts import PrefixArtifact
from ml_constructs.sagemaker.inference.transform.batch_transform import BatchTransform
from tests.constructs.sagemaker.inference.transform.transform_scene import Scene, a_model, busy, scene


def test_the_state_machine_waits_for_the_role_of_the_model() -> None:
    machine = scene().resources[scene().logical_id(scene().transform.workflow.machine)]
    assert scene().logical_id(scene().model.role) in machine["DependsOn"]


def test_the_state_machine_names_the_model() -> None:
    substitutions = scene().properties(scene().transform.workflow.machine)["DefinitionSubstitutions"]
    assert substitutions["ModelName"] == {"Fn::GetAtt": [scene().logical_id(scene().model.resource), "ModelName"]}
    assert substitutions["JobPrefix"] == scene().transform.job_prefix


def test_the_function_that_reports_knows_names_limits_and_results() -> None:
    told = busy().environment(busy().transform.report)
    assert (told["JOB_PREFIX"], told["JOB_SECONDS"], told["TRIES"]) == (busy().transform.job_prefix, "7200", "3")
    role = busy().transform.report.execution_role
    assert busy().allowed(role, "s3:ListBucket") == [busy().stack.resolve(busy().store.results.bucket_arn)]
    assert busy().allowed(role, "s3:GetObject") == []


def test_the_role_of_the_state_machine_writes_the_item_of_slots_and_no_other() -> None:
    statements = scene().statements(scene().transform.workflow.role)
    (update,) = [each for each in statements if each["Action"] == "dynamodb:UpdateItem"]
    assert update["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["slots"]}}
    assert update["Resource"] == scene().stack.resolve(scene().store.runs.table_arn)


def test_sagemaker_hands_the_key_of_volumes_on_where_there_is_one() -> None:
    (key,) = scene().allowed(scene().model.role, "kms:CreateGrant")
    assert key == scene().stack.resolve(scene().key.key_arn)
    assert busy().transform.volume_key is None
    assert busy().allowed(busy().model.role, "kms:CreateGrant") == []


def test_a_model_that_batch_transform_does_not_take_is_refused() -> None:
    made = Scene()
    other = a_model(made.stack, "Other", PrefixArtifact(made.store.inputs, "model/"))
    with pytest.raises(ValueError, match="which batch transform doesn't take"):
        transform(made, model=other)


def transform(made: Scene, **changes: Any) -> BatchTransform:
    given: dict[str, Any] = {"model": made.model, "store": made.store, "places": made.places, "options": made.options}
    given |= {"failed": made.intake.failed, "defaults": made.defaults, "tags": {}}
    return BatchTransform(made.stack, "Another", **given | changes)
