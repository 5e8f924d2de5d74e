"""Resource types by their schema: through an API where somebody implements it, otherwise stored."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from blueprints.local.cloudformation import RegistryType, RegistryTypes, check, flattened

TRAIL = {"S3BucketName": "a-bucket", "IsLogging": True}
ANSWER = {"Name": "trail", "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/trail"}


class Service:
    """A service whose answers are given beforehand."""

    def __init__(self, name: str) -> None:
        self.client = boto3.client(name, region_name="us-east-1")  # type: ignore[call-overload]
        self.stub = Stubber(self.client)
        self.stub.activate()

    def aws(self, _service: str) -> Any:
        return self.client

    def answers(self, method: str, answer: dict[str, Any], provenance: str = "stored only") -> None:
        metadata = {"HTTPStatusCode": 200, "HTTPHeaders": {"x-local-provenance": provenance}}
        self.stub.add_response(method, {**answer, "ResponseMetadata": metadata})

    def refuses(self, method: str, code: str, status: int = 400) -> None:
        self.stub.add_client_error(method, code, "no", status)


@pytest.fixture
def cloudtrail() -> Service:
    return Service("cloudtrail")


@pytest.fixture
def trails(cloudtrail: Service) -> RegistryType:
    return RegistryType("AWS::CloudTrail::Trail", cloudtrail.aws)


def test_a_type_has_to_exist() -> None:
    with pytest.raises(ValueError, match="kind must be a type of CloudFormation's registry, got 'AWS::No::Type'"):
        RegistryTypes(lambda _: None).require("AWS::No::Type")


def test_the_api_of_the_service_creates_where_somebody_implements_it(cloudtrail: Service, trails: RegistryType) -> None:
    cloudtrail.answers("create_trail", ANSWER, "real")
    physical_id, attributes = trails.create("Trail", {**TRAIL, "TrailName": "trail"}, "stack")
    # IsLogging is no parameter of CreateTrail: what the API would not be told of is stored as it is
    assert (physical_id, attributes["Arn"]) == ("trail", "arn:aws:cloudtrail:us-east-1:123456789012:trail/trail")
    assert trails.resources["trail"].provenance == "stored only"


def test_what_the_api_answers_decides_on_attributes_and_provenance() -> None:
    service = Service("kms")
    alias = RegistryType("AWS::KMS::Alias", service.aws)
    service.answers("create_alias", {}, "real")
    physical_id, _ = alias.create("Alias", {"AliasName": "alias/a", "TargetKeyId": "b"}, "stack")
    assert physical_id == "alias/a"
    assert alias.resources["alias/a"].provenance == "real"


def test_errors_of_the_api_are_errors_of_the_resource() -> None:
    service = Service("kms")
    service.refuses("create_alias", "AlreadyExistsException")
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        RegistryType("AWS::KMS::Alias", service.aws).create("Alias", {"AliasName": "alias/a", "TargetKeyId": "b"}, "stack")


def test_what_nobody_implements_is_stored() -> None:
    service = Service("kms")
    service.refuses("create_alias", "NotImplemented", 501)
    alias = RegistryType("AWS::KMS::Alias", service.aws)
    alias.create("Alias", {"AliasName": "alias/a", "TargetKeyId": "b"}, "stack")
    assert alias.resources["alias/a"].provenance == "stored only"
    alias.delete("alias/a", {})
    assert alias.resources == {}


def test_a_name_is_made_up_where_the_template_has_none(trails: RegistryType) -> None:
    physical_id, attributes = trails.create("Trail", TRAIL, "stack")
    assert physical_id.startswith("stack-Trail-")
    assert attributes["Arn"] == f"arn:aws:cloudtrail:us-east-1:123456789012:trail/{physical_id}"


def test_a_name_cannot_be_taken_twice(trails: RegistryType) -> None:
    trails.create("Trail", {**TRAIL, "TrailName": "trail"}, "stack")
    with pytest.raises(ValueError, match="trail already exists"):
        trails.create("Other", {**TRAIL, "TrailName": "trail"}, "stack")


def test_updates_keep_the_identity_and_the_attributes(trails: RegistryType) -> None:
    physical_id, before = trails.create("Trail", TRAIL, "stack")
    updated_id, after = trails.update(physical_id, TRAIL, {**TRAIL, "EnableLogFileValidation": True}, "stack")
    assert (updated_id, after["Arn"]) == (physical_id, before["Arn"])
    assert trails.resources[physical_id].properties["EnableLogFileValidation"] is True


def test_wrong_properties_are_refused_at_creation_and_update(trails: RegistryType) -> None:
    with pytest.raises(ValueError, match=r"resource Trail with message:\n\[#: required key \[IsLogging\] not found\]"):
        trails.create("Trail", {"S3BucketName": "a-bucket"}, "stack")
    physical_id, _ = trails.create("Trail", TRAIL, "stack")
    with pytest.raises(ValueError, match=r"extraneous key \[Colour\]"):
        trails.update(physical_id, TRAIL, {**TRAIL, "Colour": "red"}, "stack")


def test_a_deletion_that_fails_is_reported() -> None:
    service = Service("kms")
    service.answers("create_alias", {}, "real")
    service.refuses("delete_alias", "KMSInternalException", 500)
    alias = RegistryType("AWS::KMS::Alias", service.aws)
    alias.create("Alias", {"AliasName": "alias/a", "TargetKeyId": "b"}, "stack")
    with pytest.raises(ClientError, match="KMSInternalException"):
        alias.delete("alias/a", {})
    assert "alias/a" in alias.resources


def test_deletions_name_the_resource_as_the_api_wants_it() -> None:
    service = Service("sagemaker")
    service.answers("create_model", {"ModelArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m"})
    service.stub.add_response("delete_model", {}, {"ModelName": "m"})
    models = RegistryType("AWS::SageMaker::Model", service.aws)
    properties = {"ModelName": "m", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/a", "PrimaryContainer": {"Image": "a"}}
    physical_id, attributes = models.create("Model", properties, "stack")
    assert attributes["ModelArn"] == "arn:aws:sagemaker:us-east-1:123456789012:model/m"
    models.delete(physical_id, properties)
    service.stub.assert_no_pending_responses()


KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/a.b"
GUARDRAIL = {"Name": "g", "BlockedInputMessaging": "no", "BlockedOutputsMessaging": "never", "KmsKeyArn": KEY}
GUARDRAIL_ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abcdefghijkl"


def test_attributes_are_read_where_the_answer_to_the_creation_lacks_them() -> None:
    service = Service("bedrock")
    guardrails = RegistryType("AWS::Bedrock::Guardrail", service.aws)
    known = {"guardrailId": "abcdefghijkl", "guardrailArn": GUARDRAIL_ARN, "version": "DRAFT"}
    parameters = {"name": "g", "blockedInputMessaging": "no", "blockedOutputsMessaging": "never", "kmsKeyId": KEY}
    metadata = {"HTTPStatusCode": 202, "HTTPHeaders": {"x-local-provenance": "real"}}
    service.stub.add_response("create_guardrail", {**known, "createdAt": 0, "ResponseMetadata": metadata}, parameters)
    texts = {"name": "g", "blockedInputMessaging": "no", "blockedOutputsMessaging": "never"}
    read = {**known, **texts, "status": "READY", "createdAt": 0, "updatedAt": 0}
    service.stub.add_response("get_guardrail", read, {"guardrailIdentifier": GUARDRAIL_ARN})
    physical_id, attributes = guardrails.create("Guardrail", GUARDRAIL, "stack")
    assert (physical_id, attributes["GuardrailId"], attributes["Version"]) == (GUARDRAIL_ARN, "abcdefghijkl", "DRAFT")
    assert attributes["Status"] == "READY"
    changed = {**parameters, "name": "h", "guardrailIdentifier": GUARDRAIL_ARN}
    service.stub.add_response("update_guardrail", {**known, "updatedAt": 0, "ResponseMetadata": metadata}, changed)
    guardrails.update(physical_id, GUARDRAIL, {**GUARDRAIL, "Name": "h"}, "stack")
    service.stub.add_response("delete_guardrail", {}, {"guardrailIdentifier": GUARDRAIL_ARN})
    guardrails.delete(physical_id, GUARDRAIL)
    service.stub.assert_no_pending_responses()


def test_a_profile_is_known_by_its_arn() -> None:
    service = Service("bedrock")
    profiles = RegistryType("AWS::Bedrock::ApplicationInferenceProfile", service.aws)
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    service.answers("create_inference_profile", {"inferenceProfileArn": arn, "status": "ACTIVE"})
    told = {"inferenceProfileName": "p", "inferenceProfileArn": arn, "inferenceProfileId": "abc", "status": "ACTIVE", "type": "APPLICATION"}
    service.answers("get_inference_profile", {**told, "models": [{"modelArn": MODEL}]})
    physical_id, attributes = profiles.create("Profile", {"InferenceProfileName": "p", "ModelSource": {"CopyFrom": MODEL}}, "stack")
    assert (physical_id, attributes["InferenceProfileIdentifier"], attributes["InferenceProfileId"]) == (arn, arn, "abc")


def test_names_are_made_up_in_the_services_letters() -> None:
    service = Service("s3vectors")
    buckets = RegistryType("AWS::S3Vectors::VectorBucket", service.aws)
    service.refuses("create_vector_bucket", "NotImplemented", 501)
    buckets.create("VectorBucket", {}, "Stack")
    (stored,) = buckets.resources.values()
    assert stored.properties["VectorBucketName"].startswith("stack-vectorbucket-")


def test_a_deletion_that_did_not_succeed_is_an_error() -> None:
    service = Service("bedrock-agent")
    sources = RegistryType("AWS::Bedrock::DataSource", service.aws)
    named = {"knowledgeBaseId": "ABCDEFGHIJ", "dataSourceId": "KLMNOPQRST"}
    place = {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::documents"}}
    made = {**named, "name": "s", "status": "AVAILABLE", "dataSourceConfiguration": place, "createdAt": 0, "updatedAt": 0}
    service.answers("create_data_source", {"dataSource": made})
    configuration = {"Type": "S3", "S3Configuration": {"BucketArn": "arn:aws:s3:::documents"}}
    properties = {"Name": "s", "KnowledgeBaseId": "ABCDEFGHIJ", "DataSourceConfiguration": configuration}
    physical_id, attributes = sources.create("Source", properties, "stack")
    assert (physical_id, attributes["DataSourceId"]) == ("ABCDEFGHIJ|KLMNOPQRST", "KLMNOPQRST")
    service.stub.add_response("delete_data_source", {**named, "status": "DELETE_UNSUCCESSFUL"}, named)
    with pytest.raises(ValueError, match=r"KLMNOPQRST could not be deleted: its status is DELETE_UNSUCCESSFUL"):
        sources.delete(physical_id, properties)
    assert physical_id in sources.resources


def test_networks_have_no_effect_here_and_other_types_of_ministack_are_real() -> None:
    types = RegistryTypes(lambda _: None)
    assert types.provenance("AWS::EC2::VPC", "vpc-1") == "stored only"
    assert types.provenance("AWS::SQS::Queue", "queue") == "real"


def test_the_tags_that_cloudformation_adds_are_not_checked() -> None:
    reserved = {"Key": "aws:cloudformation:stack-name", "Value": "a"}
    check("AWS::SQS::Queue", "Queue", {"Tags": [reserved]})


def test_answers_are_flattened_from_the_outside() -> None:
    assert flattened({"Id": 1, "Inner": {"Id": 2, "Arn": "a"}, "Ids": ["x"], "Rows": [{}, {}]}) == {"id": 1, "arn": "a", "ids": "x"}


ENDPOINT_ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"
ENDPOINT = {"EndpointName": "e", "EndpointConfigName": "c", "RetainAllVariantProperties": True}


@pytest.fixture
def endpoints(monkeypatch: pytest.MonkeyPatch) -> tuple[Service, RegistryType]:
    monkeypatch.setattr("blueprints.local.cloudformation.POLL_SECONDS", 0)
    service = Service("sagemaker")
    return service, RegistryType("AWS::SageMaker::Endpoint", service.aws)


def describe(service: Service, *statuses: str, config: str = "c", **told: str) -> None:
    named = {"EndpointName": "e", "EndpointArn": ENDPOINT_ARN, "EndpointConfigName": config, "CreationTime": 0, "LastModifiedTime": 0}
    for status in statuses:
        service.stub.add_response("describe_endpoint", {**named, "EndpointStatus": status, **told}, {"EndpointName": "e"})


def create(service: Service) -> None:
    metadata = {"HTTPStatusCode": 200, "HTTPHeaders": {"x-local-provenance": "stand-in a"}}
    asked = {"EndpointName": "e", "EndpointConfigName": "c"}
    service.stub.add_response("create_endpoint", {"EndpointArn": ENDPOINT_ARN, "ResponseMetadata": metadata}, asked)


def test_a_resource_is_there_when_it_is_ready(endpoints: tuple[Service, RegistryType]) -> None:
    service, kind = endpoints
    create(service)
    describe(service, "Creating", "InService")
    # what only updates take does not keep the API from creating it
    physical_id, attributes = kind.create("Endpoint", ENDPOINT, "stack")
    assert (physical_id, attributes["EndpointName"]) == (ENDPOINT_ARN, "e")
    assert kind.resources[ENDPOINT_ARN].provenance == "stand-in a"
    service.stub.assert_no_pending_responses()


def test_a_resource_that_does_not_get_ready_is_deleted(endpoints: tuple[Service, RegistryType]) -> None:
    service, kind = endpoints
    create(service)
    describe(service, "Failed", FailureReason="no artifact")
    service.stub.add_response("delete_endpoint", {}, {"EndpointName": "e"})
    with pytest.raises(ValueError, match="no artifact"):
        kind.create("Endpoint", ENDPOINT, "stack")
    service.stub.assert_no_pending_responses()


@pytest.mark.parametrize(("config", "reason"), [("d", None), ("c", "no artifact")])
def test_an_update_is_done_when_the_resource_is_what_was_asked_for(
    endpoints: tuple[Service, RegistryType], config: str, reason: str | None
) -> None:
    service, kind = endpoints
    create(service)
    describe(service, "InService")
    kind.create("Endpoint", ENDPOINT, "stack")
    asked = {"EndpointName": "e", "EndpointConfigName": "d", "RetainAllVariantProperties": True}
    metadata = {"HTTPStatusCode": 200, "HTTPHeaders": {}}
    service.stub.add_response("update_endpoint", {"EndpointArn": ENDPOINT_ARN, "ResponseMetadata": metadata}, asked)
    describe(service, "Updating", "InService", config=config, **({"FailureReason": reason} if reason else {}))
    new = {"EndpointConfigName": "d", "RetainAllVariantProperties": True}  # the name was made up, and stays
    if reason:
        with pytest.raises(ValueError, match=reason):
            kind.update(ENDPOINT_ARN, ENDPOINT, new, "stack")
    else:
        assert kind.update(ENDPOINT_ARN, ENDPOINT, new, "stack")[1]["EndpointName"] == "e"
    service.stub.assert_no_pending_responses()
