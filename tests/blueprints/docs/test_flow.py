from typing import Any

from blueprints.docs.flow import flow, function_name
from blueprints.docs.template import Template
from blueprints.docs.triggers import Edge


def test_the_flow_runs_from_the_bucket_to_the_state_machine(template: Template) -> None:
    edges = flow(template).edges
    assert Edge("Inbox", "Queue", "Object Created") in edges
    assert Edge("Queue", "Start") in edges
    assert Edge("Start", "Machine") in edges


def test_a_function_that_only_a_state_machine_calls_is_folded_into_it(template: Template) -> None:
    found = flow(template)
    assert found.members["Machine"] == ["Read"]
    assert Edge("Inbox", "Machine") in found.edges
    assert Edge("Machine", "service:textract") in found.edges


def test_a_permission_that_serves_a_dashed_edge_is_not_drawn_again(body: dict[str, Any]) -> None:
    lost = {"Fn::GetAtt": ["Lost", "Arn"]}
    body["Resources"]["Config"] = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {"FunctionName": {"Ref": "Answer"}, "DestinationConfig": {"OnFailure": {"Destination": lost}}},
    }
    statements = body["Resources"]["AnswerRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    statements.append({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": lost})
    edges = [edge for edge in flow(Template(body)).edges if (edge.source, edge.target) == ("Answer", "Lost")]
    assert edges == [Edge("Answer", "Lost", "after the last try", dashed=True)]


def test_a_state_machine_that_is_named_before_it_exists_is_found(body: dict[str, Any]) -> None:
    body["Resources"]["Machine"]["Properties"]["StateMachineName"] = "work"
    arn = {"Fn::Join": ["", ["arn:aws:states:", {"Ref": "AWS::Region"}, ":1:stateMachine:work"]]}
    body["Resources"]["StartRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"] = arn
    assert Edge("Start", "Machine") in flow(Template(body)).edges


def test_what_no_data_flows_through_is_left_out(template: Template) -> None:
    assert not {"Key", "Endpoint", "Late", "CustomHandler"} & set(flow(template).nodes)


def test_a_function_is_called_after_its_package(template: Template) -> None:
    assert function_name(template.resources["Read"]) == "read_page"
    assert function_name(template.resources["CustomHandler"]) == "Handler"


def test_a_function_behind_a_custom_resource_is_left_out(body: dict[str, Any]) -> None:
    body["Resources"]["Made"] = {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Start", "Arn"]}}}
    assert "Start" not in flow(Template(body)).nodes


def test_who_reads_a_bucket_by_way_of_a_data_source_has_no_second_edge(body: dict[str, Any]) -> None:
    place = {"Type": "S3", "S3Configuration": {"BucketArn": {"Fn::GetAtt": ["Inbox", "Arn"]}}}
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::GetAtt": ["Inbox", "Arn"]}}
    body["Resources"]["NoticeRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(read)
    body["Resources"] |= {
        "Base": {"Type": "AWS::Bedrock::KnowledgeBase", "Properties": {"RoleArn": {"Fn::GetAtt": ["NoticeRole", "Arn"]}}},
        "Source": {
            "Type": "AWS::Bedrock::DataSource",
            "Properties": {"DataSourceConfiguration": place, "KnowledgeBaseId": {"Ref": "Base"}},
        },
    }
    edges = flow(Template(body)).edges
    assert {Edge("Inbox", "Source"), Edge("Source", "Base")} <= set(edges)
    assert Edge("Inbox", "Base") not in edges
