import aws_cdk as cdk
import pytest

from ml_constructs.foundation.endpoints import ENDPOINTS, account_statement, ecr_layers_statement, endpoint_policy, endpoint_service


def test_the_endpoints_are_sorted_and_hold_those_of_the_machine_learning_services() -> None:
    assert list(ENDPOINTS) == sorted(ENDPOINTS)
    assert {"bedrock-runtime", "comprehend", "sagemaker.runtime", "states", "textract", "transcribe", "translate"} <= set(ENDPOINTS)


@pytest.mark.parametrize("name", ["s3", "dynamodb"])
def test_what_has_a_gateway_has_no_interface_endpoint(name: str) -> None:
    assert name not in ENDPOINTS


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("textract", "com.amazonaws"), ("studio", "aws.sagemaker"), ("kendra-ranking", "aws.api"), ("qbusiness", "aws.api")],
)
def test_a_service_is_called_as_aws_calls_it(stack: cdk.Stack, name: str, prefix: str) -> None:
    called = stack.resolve(endpoint_service(name).name)
    assert called == {"Fn::Join": ["", [f"{prefix}.", {"Ref": "AWS::Region"}, f".{name}"]]}


@pytest.mark.parametrize(("name", "own"), [("sqs", True), ("states", True), ("textract", False), ("ecr.api", False), ("sts", False)])
def test_a_policy_demands_own_resources_where_every_request_names_one(stack: cdk.Stack, name: str, own: bool) -> None:
    condition = stack.resolve(endpoint_policy(stack, name).to_statement_json())["Condition"]["StringEquals"]
    assert ("aws:ResourceAccount" in condition) is own


def test_a_statement_is_for_identities_of_this_account(stack: cdk.Stack) -> None:
    statement = stack.resolve(account_statement(stack, own_resources=False).to_statement_json())
    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}


def test_image_layers_are_read_only(stack: cdk.Stack) -> None:
    assert ecr_layers_statement(stack).actions == ["s3:GetObject"]


def test_rejects_a_name_that_is_no_endpoint() -> None:
    with pytest.raises(ValueError, match=r"endpoint must be one of athena, .*, xray, got 'Textract'"):
        endpoint_service("Textract")
