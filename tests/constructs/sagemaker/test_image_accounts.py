import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from ml_constructs.sagemaker.image_accounts import image_account
from ml_constructs.sagemaker.image_list import framework_image

XGBOOST = framework_image("xgboost", None, "cpu")
PYTORCH = framework_image("pytorch", None, "gpu")


def test_the_account_of_a_known_region_stands_in_the_template() -> None:
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(region="eu-west-1"))
    assert image_account(stack, XGBOOST) == "141502667606"
    assert "Mappings" not in Template.from_stack(stack).to_json()


def test_a_known_region_without_the_image_is_refused() -> None:
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(region="mx-central-1"))
    with pytest.raises(ValueError, match=r"xgboost 3\.2-0 for cpu must be in mx-central-1"):
        image_account(stack, XGBOOST)


def test_stacks_of_any_region_have_one_mapping_for_all_images(stack: cdk.Stack) -> None:
    found = [stack.resolve(image_account(stack, facts)) for facts in (XGBOOST, PYTORCH, XGBOOST)]
    assert found[0] == {"Fn::FindInMap": ["ImageAccounts", {"Ref": "AWS::Region"}, "Xgboost320Cpu"]}
    assert found[1] == {"Fn::FindInMap": ["ImageAccounts", {"Ref": "AWS::Region"}, "Pytorch260Gpu"]}
    assert found[2] == found[0]
    (mapping,) = Template.from_stack(stack).to_json()["Mappings"].values()
    assert mapping["eu-west-1"] == {"Xgboost320Cpu": "141502667606", "Pytorch260Gpu": "763104351884"}
    assert {region for region, accounts in mapping.items() if "Xgboost320Cpu" in accounts} == set(XGBOOST.accounts)


def test_each_stack_has_a_mapping_of_its_own(app: cdk.App) -> None:
    for name in ("One", "Two"):
        image_account(cdk.Stack(app, name), XGBOOST)
    templates = [Template.from_stack(stack).to_json() for stack in app.node.children if isinstance(stack, cdk.Stack)]
    assert [list(template["Mappings"]) for template in templates] == [["ImageAccounts"], ["ImageAccounts"]]
