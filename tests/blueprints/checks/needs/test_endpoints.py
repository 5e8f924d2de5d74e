from collections.abc import Mapping
from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.needs.endpoints import component_needs, endpoint_needs, in_s3, model_needs
from blueprints.checks.needs.facts import Facts

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
REPOSITORY = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"
EC2 = "arn:aws:ec2:us-east-1:111122223333"
KEY = "arn:aws:kms:us-east-1:111122223333:key/s-Key"
ROLE = "arn:aws:iam::111122223333:role/s-Role"


def defined(config: Mapping[str, Any] | None = None, **model: Any) -> dict[str, Any]:
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    encryption = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}}]
    return {
        "Role": {"Type": "AWS::IAM::Role"},
        "Key": {"Type": "AWS::KMS::Key"},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketEncryption": {"ServerSideEncryptionConfiguration": encryption}}},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Model": {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": role, "PrimaryContainer": {"Image": IMAGE}, **model}},
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {"ProductionVariants": [{"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}], **(config or {})},
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointName": "scores", "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}},
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/sagemaker/Endpoints/scores"}},
    }


def account(config: Mapping[str, Any] | None = None, **model: Any) -> Account:
    return Account({"s": {"Resources": defined(config, **model)}})


def of_model(facts: Facts | None = None, **model: Any) -> set[tuple[str, str]]:
    deployed = account(**model)
    (found,) = deployed.of_type("AWS::SageMaker::Model")
    needs = list(model_needs(deployed, found, facts or Facts()))
    assert {need.principal for need in needs} == {ROLE}
    return {(need.action, need.resource) for need in needs}


def of_endpoint(facts: Facts | None = None, **config: Any) -> set[tuple[str, str]]:
    deployed = account(config)
    (found,) = deployed.of_type("AWS::SageMaker::Endpoint")
    needs = list(endpoint_needs(deployed, found, facts or Facts()))
    assert {need.principal for need in needs} == {ROLE}
    return {(need.action, need.resource) for need in needs}


def test_images_are_pulled_and_containers_measured() -> None:
    pulled = {(f"ecr:{action}", REPOSITORY) for action in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")}
    assert of_model() == {("cloudwatch:PutMetricData", "*"), ("ecr:GetAuthorizationToken", "*"), *pulled}


def test_an_archive_is_looked_for_and_read() -> None:
    found = of_model(PrimaryContainer={"Image": IMAGE, "ModelDataUrl": "s3://models/one/model.tar.gz"})
    assert {("s3:GetObject", "arn:aws:s3:::models/one/model.tar.gz"), ("s3:ListBucket", "arn:aws:s3:::models")} <= found


@pytest.mark.parametrize(
    "container",
    [
        {"ModelDataSource": {"S3DataSource": {"S3Uri": "s3://models/one/", "S3DataType": "S3Prefix"}}},
        {"ModelDataUrl": "s3://models/one/", "Mode": "MultiModel"},
    ],
    ids=["unpacked", "many models"],
)
def test_what_lies_below_a_prefix_is_listed_and_read(container: Mapping[str, Any]) -> None:
    found = of_model(PrimaryContainer={"Image": IMAGE, **container})
    assert {("s3:GetObject", "arn:aws:s3:::models/one/example"), ("s3:ListBucket", "arn:aws:s3:::models")} <= found


def test_each_container_of_a_pipeline_has_its_files() -> None:
    containers = [{"Image": IMAGE, "ModelDataUrl": f"s3://models/{name}.tar.gz"} for name in ("one", "two")]
    found = of_model(Containers=containers)
    assert {("s3:GetObject", f"arn:aws:s3:::models/{name}.tar.gz") for name in ("one", "two")} <= found


def test_containers_join_a_network() -> None:
    found = of_model(VpcConfig={"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]})
    created = {f"{EC2}:subnet/subnet-1", f"{EC2}:security-group/sg-1", f"{EC2}:network-interface/example"}
    assert {resource for action, resource in found if action == "ec2:CreateNetworkInterface"} == created
    assert ("ec2:DescribeSubnets", "*") in found


def test_files_may_have_a_key_that_the_settings_name() -> None:
    uri = "s3://models/one/model.tar.gz"
    facts = Facts(also={(uri, "kms:Decrypt"): ["elsewhere"]})
    assert ("kms:Decrypt", "elsewhere") in of_model(facts, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": uri})
    assert ("kms:Decrypt", "elsewhere") not in of_model(facts)


def test_containers_log_where_the_template_has_a_group() -> None:
    stream = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/Endpoints/scores:log-stream:example"
    assert of_endpoint() == {(f"logs:{action}", stream) for action in ("CreateLogStream", "DescribeLogStreams", "PutLogEvents")}


def test_the_key_of_volumes_is_handed_on() -> None:
    assert ("kms:CreateGrant", KEY) in of_endpoint(KmsKeyId={"Fn::GetAtt": ["Key", "Arn"]})


def test_captured_requests_are_written_in_parts_if_they_are_large() -> None:
    uri = {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/captured"]]}
    found = of_endpoint(DataCaptureConfig={"DestinationS3Uri": uri})
    assert {("s3:PutObject", "arn:aws:s3:::s-Bucket/captured/example"), ("kms:Decrypt", KEY)} <= found


def test_an_asynchronous_endpoint_reads_inputs_writes_answers_and_announces_them() -> None:
    output = {
        "S3OutputPath": {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/answers/"]]},
        "S3FailurePath": {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/failures/"]]},
        "NotificationConfig": {"ErrorTopic": {"Ref": "Topic"}},
    }
    facts = Facts(also={("AWS::SageMaker::Endpoint", "s3:GetObject"): ["arn:aws:s3:::inputs/example"]})
    found = of_endpoint(facts, AsyncInferenceConfig={"OutputConfig": output})
    written = {("s3:PutObject", f"arn:aws:s3:::s-Bucket/{prefix}/example") for prefix in ("answers", "failures")}
    assert {*written, ("s3:GetObject", "arn:aws:s3:::inputs/example")} <= found
    assert ("sns:Publish", "arn:aws:sns:us-east-1:111122223333:s-Topic") in found


def test_copies_log_and_adapters_are_read_by_the_roles_of_the_endpoint_and_the_model() -> None:
    component = {"EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}, "InferenceComponentName": "base"}
    base = {**component, "Specification": {"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}}
    files = {"Container": {"ArtifactUrl": "s3://models/legal.tar.gz"}, "BaseInferenceComponentName": "base"}
    endpoint_role = {"Fn::GetAtt": ["Other", "Arn"]}
    resources = {
        **defined({"ProductionVariants": [{"VariantName": "AllTraffic"}], "ExecutionRoleArn": endpoint_role}),
        "Other": {"Type": "AWS::IAM::Role"},
        "Base": {"Type": "AWS::SageMaker::InferenceComponent", "Properties": base},
        "Adapter": {
            "Type": "AWS::SageMaker::InferenceComponent",
            "Properties": {**component, "InferenceComponentName": "legal", "Specification": files},
        },
        "Copies": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/sagemaker/InferenceComponents/base"}},
    }
    deployed = Account({"s": {"Resources": resources}})
    first, second = deployed.of_type("AWS::SageMaker::InferenceComponent")
    logging = {need.principal for need in component_needs(deployed, first, Facts()) if need.action == "logs:PutLogEvents"}
    reading = {need.principal for need in component_needs(deployed, second, Facts()) if need.action == "s3:GetObject"}
    assert logging == reading == {ROLE, "arn:aws:iam::111122223333:role/s-Other"}


def test_an_address_elsewhere_than_in_s3_is_refused() -> None:
    with pytest.raises(ValueError, match=r"address must look like s3://bucket/key, got 'https://example\.com/x'"):
        in_s3("https://example.com/x")
