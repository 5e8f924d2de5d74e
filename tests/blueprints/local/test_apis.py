"""Resource types belong to APIs."""

import pytest
from botocore.session import get_session

from blueprints.local.apis import APIS, Api, api_of


@pytest.mark.parametrize(
    ("kind", "api"),
    [
        ("AWS::SageMaker::Model", Api("sagemaker", "CreateModel", "UpdateModel", "DeleteModel")),
        ("AWS::Bedrock::Agent", Api("bedrock-agent", "CreateAgent", "UpdateAgent", "DeleteAgent")),
        ("AWS::Lex::Bot", Api("lexv2-models", "CreateBot", "UpdateBot", "DeleteBot")),
        ("AWS::EC2::EIP", Api("ec2", "AllocateAddress", "ModifyAddressAttribute", "ReleaseAddress")),
    ],
)
def test_types_belong_to_services(kind: str, api: Api) -> None:
    assert api_of(kind) == api


@pytest.mark.parametrize("kind", sorted(APIS))
def test_what_names_a_resource_are_parameters_of_the_operations_that_need_it(kind: str) -> None:
    api = APIS[kind]
    model = get_session().get_service_model(api.service)
    for operation in (api.delete, *([api.read] if api.read else [])):
        assert {*api.identified} <= {*model.operation_model(operation).input_shape.members}
