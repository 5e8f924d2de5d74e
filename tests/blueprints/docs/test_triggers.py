from typing import Any

from blueprints.docs.template import Template
from blueprints.docs.triggers import Edge, triggers


def test_an_event_goes_from_its_source_to_the_target_of_the_rule(template: Template) -> None:
    assert Edge("Inbox", "Queue", "Object Created") in list(triggers(template))


def test_a_redrive_is_dashed(template: Template) -> None:
    assert Edge("Queue", "Lost", "after 5 tries", dashed=True) in list(triggers(template))


def test_a_rule_for_another_source_starts_at_its_service(body: dict[str, Any]) -> None:
    body["Resources"]["Arrived"]["Properties"]["EventPattern"] = {"source": ["aws.glue"], "detail-type": ["Job State Change"]}
    assert Edge("service:glue", "Queue", "Job State Change") in list(triggers(Template(body)))


def test_a_rule_shows_where_undeliverable_events_go(body: dict[str, Any]) -> None:
    body["Resources"]["Arrived"]["Properties"]["Targets"][0]["DeadLetterConfig"] = {"Arn": {"Fn::GetAtt": ["Lost", "Arn"]}}
    assert Edge("Inbox", "Lost", "undeliverable", dashed=True) in list(triggers(Template(body)))


def test_destinations_and_methods_are_followed(body: dict[str, Any]) -> None:
    lost, answer = {"Fn::GetAtt": ["Lost", "Arn"]}, {"Fn::GetAtt": ["Answer", "Arn"]}
    body["Resources"] |= {
        "Config": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {"FunctionName": {"Ref": "Answer"}, "DestinationConfig": {"OnFailure": {"Destination": lost}}},
        },
        "Api": {"Type": "AWS::ApiGateway::RestApi"},
        "Method": {"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "Integration": {"Uri": answer}}},
    }
    edges = list(triggers(Template(body)))
    assert Edge("Answer", "Lost", "after the last try", dashed=True) in edges
    assert Edge("Api", "Answer") in edges
