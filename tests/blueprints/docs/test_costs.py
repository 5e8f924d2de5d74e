import re
from typing import Any

import pytest
import yaml

from blueprints.docs import costs
from blueprints.docs.template import Template

DATA = yaml.safe_load(costs.DATA.read_text(encoding="utf-8"))


def table(template: Template, moved_by: dict[str, str] | None = None) -> str:
    return costs.costs({"minimal": template}, moved_by or {})


def test_what_bills_while_idle_comes_first(template: Template) -> None:
    billed = [row.split(" | ")[1] for row in table(template).splitlines()[2:]]
    assert billed == sorted(billed, key=lambda text: not text.startswith("by time"))
    assert billed[0].startswith("by time")


def test_gateway_endpoints_are_not_counted(template: Template) -> None:
    assert costs.drivers(template)["AWS::EC2::VPCEndpoint"] == 1


def test_a_service_is_listed_when_a_role_may_call_it(template: Template) -> None:
    text = table(template, {"textract": "`features`"})
    assert "| calls to textract | by use | pages for each feature | `features` | yes |" in text
    assert "comprehend" not in text


def test_metrics_that_functions_write_into_their_logs_are_billed_too(body: dict[str, Any]) -> None:
    assert "cloudwatch" not in costs.drivers(Template(body))
    body["Resources"]["Start"]["Properties"]["Environment"] = {"Variables": {"POWERTOOLS_METRICS_NAMESPACE": "X"}}
    assert "cloudwatch" in costs.drivers(Template(body))


def test_jobs_are_billed_where_somebody_may_make_them() -> None:
    policy = {"Statement": [{"Effect": "Allow", "Action": "sagemaker:CreateTransformJob", "Resource": "*"}]}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Statement": []}, "Policies": [{"PolicyDocument": policy}]},
    }
    assert "sagemaker for transform jobs" in costs.drivers(Template({"Resources": {"Role": role}}))
    assert "sagemaker for transform jobs" not in costs.drivers(Template({"Resources": {}}))


def test_an_endpoint_without_instances_is_billed_by_use() -> None:
    config: dict[str, Any] = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [{"ServerlessConfig": {}}]}}
    endpoint = {"Type": "AWS::SageMaker::Endpoint", "Properties": {}}
    assert "| SageMaker Endpoint, serverless | by use |" in table(Template({"Resources": {"Config": config, "Endpoint": endpoint}}))
    config["Properties"]["ProductionVariants"] = [{"InstanceType": "ml.m5.large"}]
    assert "| SageMaker Endpoint | by time, idle or not |" in table(Template({"Resources": {"Config": config, "Endpoint": endpoint}}))


def test_each_template_has_its_counts(template: Template) -> None:
    text = costs.costs({"minimal": Template({"Resources": {}}), "all": template}, {})
    assert "| SQS Queue | by use | requests, the polls of an empty queue among them |  | 0 | 2 |" in text


def test_a_type_that_nobody_has_looked_up_is_refused(body: dict[str, Any]) -> None:
    body["Resources"]["New"] = {"Type": "AWS::Kendra::Index", "Metadata": {"aws:cdk:path": "stack/Search/Resource"}}
    with pytest.raises(ValueError, match=r"AWS::Kendra::Index must be listed in costs.yaml .* Search is one"):
        costs.drivers(Template(body))


@pytest.mark.parametrize("key", [*DATA["resources"], *DATA["services"]])
def test_every_driver_has_a_basis_and_a_page_of_aws_but_no_price(key: str) -> None:
    entry = DATA["resources"].get(key) or DATA["services"][key]
    assert entry["when"] in costs.WHEN
    assert entry["source"].startswith("https://aws.amazon.com/")
    assert not re.search(r"[$€]|\d\.\d", entry["basis"])
