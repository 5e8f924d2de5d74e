import pytest

from ml_constructs.sagemaker.inference.transform.transform_options import TransformOptions
from ml_constructs.sagemaker.inference.transform.transform_request import job_request
from tests.constructs.sagemaker.inference.transform.transform_scene import busy, scene


def test_data_comes_by_the_manifest_that_was_checked() -> None:
    source = scene().job["TransformInput"]["DataSource"]["S3DataSource"]
    assert source == {"S3DataType": "ManifestFile", "S3Uri": "{% $plan.manifest_uri %}"}


def test_results_are_encrypted_with_the_key_of_the_deployment() -> None:
    output = scene().job["TransformOutput"]
    assert (output["KmsKeyId"], output["S3OutputPath"]) == ("${Key}", "{% $plan.output_uri %}")
    substitutions = scene().properties(scene().transform.workflow.machine)["DefinitionSubstitutions"]
    assert substitutions["Key"] == scene().stack.resolve(scene().key.key_arn)


def test_volumes_are_encrypted_with_it_unless_instances_have_disks_of_their_own() -> None:
    assert scene().job["TransformResources"]["VolumeKmsKeyId"] == "${Key}"
    assert "VolumeKmsKeyId" not in busy().job["TransformResources"]


def test_there_are_no_more_instances_than_the_plan_says() -> None:
    assert scene().job["TransformResources"]["InstanceCount"] == "{% $plan.instances %}"
    assert busy().job["TransformResources"]["InstanceType"] == "ml.g5.xlarge"


def test_records_are_filtered_and_joined_only_if_asked_for() -> None:
    assert "DataProcessing" not in scene().job
    assert busy().job["DataProcessing"]["JoinSource"] == "Input"
    assert busy().job["MaxConcurrentTransforms"] == 4


def test_jobs_have_tags() -> None:
    assert scene().job["Tags"] == [{"Key": "deployment", "Value": "one"}, {"Key": "owner", "Value": "platform"}]


def test_more_tags_than_a_job_may_have_are_refused() -> None:
    tags = {str(number): "" for number in range(51)}
    with pytest.raises(ValueError, match="tags must be at most 50, got 51"):
        job_request(TransformOptions(), volume_encrypted=True, tags=tags)
