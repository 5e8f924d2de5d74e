from copy import deepcopy
from typing import Any

from blueprints.docs.permissions import permissions
from blueprints.docs.template import Template


def test_each_role_says_who_assumes_it_and_when(template: Template) -> None:
    text = permissions({"all": template})
    assert "### Work/NoticeRole" in text
    assert "Assumed by `textract.amazonaws.com`, only if `aws:SourceAccount` StringEquals `ACCOUNT`." in text


def test_actions_resources_and_conditions_stand_in_one_row(template: Template) -> None:
    assert "| `iam:PassRole` | `Work/NoticeRole` | `iam:PassedToService` StringEquals `textract.amazonaws.com` |" in permissions(
        {"all": template}
    )
    assert "| `s3:GetObject*` | `Storage/Inbox`, `Storage/Inbox/*` |  |" in permissions({"all": template})


def test_what_all_functions_share_is_said_once(body: dict[str, Any]) -> None:
    shared = {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}
    for name in ("StartRole", "ReadRole", "AnswerRole"):
        body["Resources"][name]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(shared)
    text = permissions({"all": Template(body)})
    assert text.startswith("### Every function\n")
    assert text.count("xray:PutTraceSegments") == 1


def test_a_denial_and_a_managed_policy_are_marked(body: dict[str, Any]) -> None:
    properties = body["Resources"]["StartRole"]["Properties"]
    properties["Policies"][0]["PolicyDocument"]["Statement"][0]["Effect"] = "Deny"
    properties["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    text = permissions({"all": Template(body)})
    assert "**denied:** `states:StartExecution`" in text
    assert "all of `ReadOnlyAccess`" in text


def test_roles_that_only_a_further_template_has_come_last(template: Template, body: dict[str, Any]) -> None:
    body["Resources"]["More"] = body["Resources"]["StartRole"] | {"Metadata": {"aws:cdk:path": "stack/Network/Role/Resource"}}
    text = permissions({"all": template, "more": Template(body)})
    assert text.count("### Intake/StartRole") == 1
    assert text.index("### Network/Role") > text.index("### Work/AnswerRole")


def test_what_a_service_may_do_in_a_further_template_alone_is_added_to_its_role(body: dict[str, Any]) -> None:
    first = Template(deepcopy(body))
    for name in ("NoticeRole", "StartRole"):
        statements = body["Resources"][name]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        statements.append({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"})
    text = permissions({"all": first, "more": Template(body)})
    assert text.count("sqs:SendMessage") == 1
    assert "With `more.yaml` also:\n\n| Actions | On | Only if |\n|---|---|---|\n| `sqs:SendMessage` | `*` |  |\n" in text
    assert text.count("`sns:Publish`") == 1
