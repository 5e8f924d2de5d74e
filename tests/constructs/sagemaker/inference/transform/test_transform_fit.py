import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.artifacts import PrefixArtifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.inference.transform.transform_fit import check_model
from ml_constructs.sagemaker.inference.transform.transform_options import TransformRuns
from tests.constructs.sagemaker.inference.transform.transform_scene import a_model

REGION = "us-east-1"


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


@pytest.fixture
def bucket(stack: cdk.Stack) -> s3.IBucket:
    return s3.Bucket.from_bucket_name(stack, "Bucket", "models")


def test_an_archive_on_fitting_instances_is_taken(stack: cdk.Stack) -> None:
    check_model(a_model(stack), TransformRuns(), region=REGION)


def test_a_pipeline_is_taken(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    container = Container(FrameworkImage("xgboost"), TarArtifact(bucket, "model.tar.gz"))
    check_model(Model(stack, "Pipeline", containers=[container, container]), TransformRuns(), region=REGION)


def test_files_that_are_no_archive_are_refused(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    model = a_model(stack, artifact=PrefixArtifact(bucket, "model/"))
    with pytest.raises(ValueError, match=r"model must have its files as a \.tar\.gz archive, got a ModelDataSource"):
        check_model(model, TransformRuns(), region=REGION)


def test_many_models_are_refused(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    container = Container(FrameworkImage("scikit-learn"), PrefixArtifact(bucket, "models/"), mode="MultiModel")
    with pytest.raises(ValueError, match="model must be a single one, got mode MultiModel"):
        check_model(Model(stack, "Many", containers=[container]), TransformRuns(), region=REGION)


def test_containers_that_callers_choose_are_refused(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    artifact = TarArtifact(bucket, "model.tar.gz")
    containers = [Container(FrameworkImage("xgboost"), artifact, hostname=name) for name in ("one", "two")]
    with pytest.raises(ValueError, match="execution must be Serial, got 'Direct'"):
        check_model(Model(stack, "Direct", containers=containers, execution="Direct"), TransformRuns(), region=REGION)


def test_instances_that_do_not_run_the_image_are_refused_with_those_that_do(stack: cdk.Stack) -> None:
    runs = TransformRuns(instance_type="ml.g5.xlarge")
    with pytest.raises(ValueError, match=r"runs\.instance_type must be a type that runs .* got 'ml\.g5\.xlarge'.*; fitting .* ml\."):
        check_model(a_model(stack), runs, region=REGION)


def test_images_that_need_newer_drivers_than_batch_transform_has_are_refused(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    container = Container(FrameworkImage("triton", accelerator="gpu"), TarArtifact(bucket, "model.tar.gz"))
    with pytest.raises(ValueError, match=r"image must have CUDA 12 or an earlier one for batch transform, got 13\.\d in "):
        check_model(Model(stack, "Newest", containers=[container]), TransformRuns(instance_type="ml.g5.xlarge"), region=REGION)
