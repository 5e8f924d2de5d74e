from blueprints.docs.resources import resources
from blueprints.docs.template import Template


def test_resources_are_counted_by_construct_and_type(template: Template) -> None:
    text = resources(template)
    assert text.startswith(f"{len(template.resources)} resources.")
    assert "| Intake | 6 | Events Rule, IAM Role, Lambda EventSourceMapping, Lambda Function, SQS Queue (2) |" in text


def test_the_helpers_of_the_cdk_come_last(template: Template) -> None:
    assert resources(template).splitlines()[-1] == "| CDK's own helpers | 1 | Lambda Function |"
