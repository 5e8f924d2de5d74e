"""Templates without CDK, deployed within milliseconds."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from blueprints.local.embedded import EmbeddedAws
from tests.waiting import until

ANYBODY = {"AWS": "*"}
STACK_SECONDS = 60
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}


def attribute(resource: str, name: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [resource, name]}


def ref(resource: str) -> dict[str, Any]:
    return {"Ref": resource}


def allow(*actions: str, on: Any = "*", **rest: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **rest}


def role(trusted: Any, *statements: Mapping[str, Any]) -> dict[str, Any]:
    """A role that ``trusted`` may assume: the name of a service, or a principal."""
    principal = {"Service": trusted} if isinstance(trusted, str) else trusted
    trust = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    policies = [{"PolicyName": "Rights", "PolicyDocument": {"Statement": list(statements)}}] if statements else []
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "Policies": policies}}


def function(role_id: str, code: str, **properties: Any) -> dict[str, Any]:
    fixed = {"Runtime": "python3.14", "Handler": "index.handler", "Role": attribute(role_id), "Timeout": 10, "Code": {"ZipFile": code}}
    return {"Type": "AWS::Lambda::Function", "Properties": {**fixed, **properties}}


def machine(role_id: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    properties = {"RoleArn": attribute(role_id), "DefinitionString": json.dumps(definition)}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def queue_policy(queue: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": attribute(queue)}
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [ref(queue)], "PolicyDocument": {"Statement": [statement]}}}


class DeploymentError(AssertionError):
    """A stack could not be deployed."""


def deploy(aws: EmbeddedAws, stack: str, resources: Mapping[str, Any], outputs: Mapping[str, Any], **rest: Any) -> dict[str, str]:
    """Creates a stack and returns its outputs."""
    cloudformation = aws.client("cloudformation")
    values = {name: {"Value": value} for name, value in outputs.items()}
    body = json.dumps({"Resources": resources, "Outputs": values, **rest})
    cloudformation.create_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    ended = settle(cloudformation, stack)
    if ended["StackStatus"] != "CREATE_COMPLETE":
        events = cloudformation.describe_stack_events(StackName=ended["StackId"])["StackEvents"]
        raise DeploymentError([event.get("ResourceStatusReason") for event in events if event["ResourceStatus"] == "CREATE_FAILED"])
    return {output["OutputKey"]: output["OutputValue"] for output in ended.get("Outputs", [])}


def destroy(aws: EmbeddedAws, stack: str) -> str:
    """Deletes a stack and returns its last status."""
    cloudformation = aws.client("cloudformation")
    identity = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=stack)
    return str(settle(cloudformation, identity)["StackStatus"])


def settle(cloudformation: Any, stack: str) -> dict[str, Any]:
    def ended() -> Any:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        return None if found["StackStatus"].endswith("_IN_PROGRESS") else found

    return dict(until(ended, STACK_SECONDS))


def as_role(aws: EmbeddedAws, arn: str) -> Callable[[str], Any]:
    """Returns a factory of clients with the rights of a role that anybody may assume."""
    granted = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="tests")["Credentials"]
    session = boto3.Session(
        aws_access_key_id=granted["AccessKeyId"],
        aws_secret_access_key=granted["SecretAccessKey"],
        aws_session_token=granted["SessionToken"],
        region_name=aws.region,
    )
    return lambda service: session.client(service, endpoint_url=aws.endpoint_url)


def invoke(aws: EmbeddedAws, name: str, event: Any = None) -> tuple[Any, bool]:
    """Runs a function; returns its result, and whether it failed."""
    answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read()), "FunctionError" in answer


def run(aws: EmbeddedAws, arn: str, data: Any = None) -> dict[str, Any]:
    """Runs a state machine and returns what became of the execution."""
    states = aws.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=arn, input=json.dumps(data or {}))["executionArn"]

    def ended() -> Any:
        found = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    return dict(until(ended))


def run_task(aws: EmbeddedAws, role_arn: str, resource: str, arguments: Any, **fields: Any) -> dict[str, Any]:
    """Runs a state machine of one task and deletes it."""
    task = {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True, **fields}
    return run_definition(aws, role_arn, {"QueryLanguage": "JSONata", "StartAt": "Task", "States": {"Task": task}})


def run_definition(aws: EmbeddedAws, role_arn: str, definition: Mapping[str, Any], data: Any = None) -> dict[str, Any]:
    states = aws.client("stepfunctions")
    name = f"machine-{time.monotonic_ns()}"
    arn = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role_arn)["stateMachineArn"]
    return run(aws, arn, data)


def messages(aws: EmbeddedAws, queue_url: str, **options: Any) -> list[dict[str, Any]]:
    """Takes messages from a queue, waiting for the first."""
    return list(until(lambda: aws.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, **options).get("Messages")))
