import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from ml_constructs.foundation.roles import service_role
from ml_constructs.sagemaker.container_image import PULL_ACTIONS, ContainerImage, allow_pulling

ARN = "arn:aws:ecr:eu-west-1:123456789012:repository/mine"


class Local(ContainerImage):
    @property
    def title(self) -> str:
        return "local"

    def uri(self, scope: object) -> str:
        return "local:1"

    def grant_pull(self, role: iam.Role) -> None:
        allow_pulling(role, ARN)


def test_an_image_is_in_every_region_and_needs_nothing_unless_it_says_so() -> None:
    image = Local(accelerators=frozenset({"cpu"}), architectures=frozenset({"arm64"}))
    image.check_region("xx-nowhere-1")
    assert (image.neuron_sdk, image.cuda, image.hub, image.multi_model) == (None, None, None, False)


def test_pulling_takes_one_repository_and_one_token(stack: cdk.Stack) -> None:
    role = service_role(stack, "Role", service="sagemaker.amazonaws.com")
    for _ in range(2):
        allow_pulling(role, ARN)
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    statements = [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]
    found = {str(each["Resource"]): each["Action"] for each in statements}
    assert found == {ARN: list(PULL_ACTIONS), "*": "ecr:GetAuthorizationToken"}
