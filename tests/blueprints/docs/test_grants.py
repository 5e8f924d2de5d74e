from typing import Any

from blueprints.docs.grants import grants
from blueprints.docs.template import Template
from blueprints.docs.triggers import Edge


def test_reads_and_writes_follow_from_the_actions_allowed(template: Template) -> None:
    edges = list(grants(template))
    assert {Edge("Read", "Index"), Edge("Index", "Read"), Edge("Inbox", "Read")} <= set(edges)
    assert Edge("Read", "Inbox") not in edges


def test_the_functions_of_the_cdk_itself_are_left_out(template: Template) -> None:
    assert "CustomHandler" not in {edge.source for edge in grants(template)}


def test_a_service_with_a_role_publishes(template: Template) -> None:
    assert Edge("service:textract", "Notices") in list(grants(template))


def test_an_answer_to_a_waiting_task_is_dashed(template: Template) -> None:
    assert Edge("Answer", "Machine", "answers the waiting task", dashed=True) in list(grants(template))


def allowed(body: dict[str, Any], role: str, *statements: dict[str, Any]) -> list[Edge]:
    """The edges of the template with further statements of a role."""
    found = body["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    found.extend({"Effect": "Allow", **statement} for statement in statements)
    return list(grants(Template(body)))


def test_a_denial_tells_of_nothing(body: dict[str, Any]) -> None:
    assert Edge("Start", "service:comprehend") not in allowed(
        body, "StartRole", {"Effect": "Deny", "Action": "comprehend:DetectEntities", "Resource": "*"}
    )


def test_what_is_asked_of_bedrock_is_said(body: dict[str, Any]) -> None:
    base, rail = ({"Fn::GetAtt": [name, "Arn"]} for name in ("Base", "Rail"))
    body["Resources"] |= {"Base": {"Type": "AWS::Bedrock::KnowledgeBase"}, "Rail": {"Type": "AWS::Bedrock::Guardrail"}}
    edges = allowed(
        body, "StartRole", {"Action": "bedrock:Retrieve", "Resource": base}, {"Action": "bedrock:ApplyGuardrail", "Resource": [rail]}
    )
    assert {Edge("Start", "Base", "finds passages"), Edge("Start", "Rail", "has texts checked")} <= set(edges)
    assert Edge("Start", "service:bedrock") not in edges


def test_a_model_is_asked_directly_unless_a_profile_of_the_template_leads_to_it(body: dict[str, Any]) -> None:
    body["Resources"]["Profile"] = {"Type": "AWS::Bedrock::ApplicationInferenceProfile"}
    model = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"
    through = {"StringEquals": {"bedrock:InferenceProfileArn": {"Fn::GetAtt": ["Profile", "InferenceProfileArn"]}}}
    invoke = {"Action": "bedrock:InvokeModel"}
    edges = allowed(body, "StartRole", invoke | {"Resource": {"Ref": "Profile"}}, invoke | {"Resource": model, "Condition": through})
    assert Edge("Start", "Profile") in edges
    assert Edge("Start", "service:bedrock") not in edges
    assert Edge("Start", "service:bedrock") in allowed(body, "StartRole", invoke | {"Resource": model})


def test_a_knowledge_base_acts_with_its_role_in_place_of_the_service(body: dict[str, Any]) -> None:
    role = {"Fn::GetAtt": ["NoticeRole", "Arn"]}
    body["Resources"]["Base"] = {"Type": "AWS::Bedrock::KnowledgeBase", "Properties": {"RoleArn": role}}
    edges = list(grants(Template(body)))
    assert Edge("Base", "Notices") in edges
    assert Edge("service:textract", "Notices") not in edges
