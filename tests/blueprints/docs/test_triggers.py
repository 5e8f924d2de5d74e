from typing import Any

from blueprints.docs.template import Template
from blueprints.docs.triggers import Edge, triggers


def resource(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


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


def test_a_schedule_sets_off_its_target_and_shows_where_the_undeliverable_goes(body: dict[str, Any]) -> None:
    target = {"Arn": {"Fn::GetAtt": ["Queue", "Arn"]}, "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Lost", "Arn"]}}}
    body["Resources"]["Daily"] = resource("AWS::Scheduler::Schedule", {"ScheduleExpression": "rate(24 hours)", "Target": target})
    edges = list(triggers(Template(body)))
    assert Edge("service:schedule", "Queue", "rate(24 hours)") in edges
    assert Edge("service:schedule", "Lost", "undeliverable", dashed=True) in edges


def test_documents_go_by_their_data_source_into_the_knowledge_base_and_on_into_its_store(body: dict[str, Any]) -> None:
    place = {"Type": "S3", "S3Configuration": {"BucketArn": {"Fn::GetAtt": ["Inbox", "Arn"]}}}
    base = {"Fn::GetAtt": ["Base", "KnowledgeBaseId"]}
    storage = {"S3VectorsConfiguration": {"IndexArn": {"Fn::GetAtt": ["Vectors", "IndexArn"]}}}
    body["Resources"] |= {
        "Vectors": resource("AWS::S3Vectors::Index", {}),
        "Base": resource("AWS::Bedrock::KnowledgeBase", {"StorageConfiguration": storage}),
        "Source": resource("AWS::Bedrock::DataSource", {"DataSourceConfiguration": place, "KnowledgeBaseId": base}),
        "Web": resource("AWS::Bedrock::DataSource", {"DataSourceConfiguration": {"Type": "WEB"}, "KnowledgeBaseId": base}),
    }
    edges = set(triggers(Template(body)))
    assert {Edge("Inbox", "Source"), Edge("Source", "Base"), Edge("Web", "Base"), Edge("Base", "Vectors"), Edge("Vectors", "Base")} <= edges


def test_an_inference_profile_leads_to_its_model(body: dict[str, Any]) -> None:
    copied = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0"]]}
    body["Resources"]["Profile"] = resource("AWS::Bedrock::ApplicationInferenceProfile", {"ModelSource": {"CopyFrom": copied}})
    assert Edge("Profile", "service:bedrock", "eu.amazon.nova-pro-v1:0") in list(triggers(Template(body)))


def test_a_user_pool_gives_tokens_to_the_api_that_asks_for_them(body: dict[str, Any]) -> None:
    authorizer = {"ProviderARNs": [{"Fn::GetAtt": ["Pool", "Arn"]}], "RestApiId": {"Ref": "Api"}}
    body["Resources"] |= {
        "Pool": resource("AWS::Cognito::UserPool", {}),
        "Api": resource("AWS::ApiGateway::RestApi", {}),
        "Authorizer": resource("AWS::ApiGateway::Authorizer", authorizer),
    }
    assert Edge("Pool", "Api", "identity tokens") in list(triggers(Template(body)))


def test_models_are_served_by_endpoints_and_components_run_on_them() -> None:
    def model(name: str) -> dict[str, Any]:
        return {"ModelName": {"Fn::GetAtt": [name, "ModelName"]}}

    config = {"ProductionVariants": [model("Model")], "ShadowProductionVariants": [model("Shadow")]}
    component = {"EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}, "Specification": model("Model")}
    resources = {
        "Model": {"Type": "AWS::SageMaker::Model"},
        "Shadow": {"Type": "AWS::SageMaker::Model"},
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": config},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": {"Ref": "Config"}}},
        "Component": {"Type": "AWS::SageMaker::InferenceComponent", "Properties": component},
    }
    found = {(edge.source, edge.target, edge.label) for edge in triggers(Template({"Resources": resources}))}
    assert found == {
        ("Model", "Endpoint", ""),
        ("Shadow", "Endpoint", "on trial"),
        ("Model", "Component", ""),
        ("Component", "Endpoint", ""),
    }
