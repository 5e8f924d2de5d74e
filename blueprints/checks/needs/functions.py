"""What Lambda itself needs of the execution role of a function: logs, traces, network, sources and destinations."""

from collections.abc import Iterator

from blueprints.checks.deployed import ACCOUNT, Account, Resource
from blueprints.checks.permissions import Need

# What Lambda does in a network, and with what kind of resource.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
NETWORK_ACTIONS = {
    "ec2:CreateNetworkInterface": ("network-interface", "security-group", "subnet"),
    "ec2:DescribeNetworkInterfaces": (),
    "ec2:DescribeSubnets": (),
    "ec2:DeleteNetworkInterface": ("network-interface",),
    "ec2:AssignPrivateIpAddresses": ("network-interface",),
    "ec2:UnassignPrivateIpAddresses": ("network-interface",),
}
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
QUEUE_SOURCE_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
# https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
TRACING_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_SEND = {"AWS::SQS::Queue": "sqs:SendMessage", "AWS::SNS::Topic": "sns:Publish"}


def _log_group(account: Account, function: Resource) -> str:
    name = function.properties.get("LoggingConfig", {}).get("LogGroup")
    group = account.find(name)
    return group.arn.removesuffix(":*") if group else "{no log group}"


def _destinations(account: Account, function: Resource) -> Iterator[Resource]:
    targets = [function.properties.get("DeadLetterConfig", {}).get("TargetArn")]
    for config in account.of_type("AWS::Lambda::EventInvokeConfig"):
        if config.properties["FunctionName"] == function.ref:
            targets += [target["Destination"] for target in config.properties.get("DestinationConfig", {}).values()]
    for target in targets:
        resource = account.find(target)
        if resource:
            yield resource


def runtime_needs(account: Account, function: Resource) -> Iterator[Need]:
    """What Lambda does with the execution role of one function."""
    role, properties, name = function.properties["Role"], function.properties, function.logical_id
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        yield Need(role, action, f"{_log_group(account, function)}:log-stream:stream", f"{name} writes its log")
    if properties.get("TracingConfig", {}).get("Mode") == "Active":
        for action in TRACING_ACTIONS:
            yield Need(role, action, "*", f"{name} is traced")
    if properties.get("VpcConfig"):
        for action, kinds in NETWORK_ACTIONS.items():
            for resource in [f"arn:aws:ec2:{account.region}:{ACCOUNT}:{kind}/example" for kind in kinds] or ["*"]:
                yield Need(role, action, resource, f"{name} runs in a network")
    for target in _destinations(account, function):
        yield Need(role, _SEND.get(target.type, "lambda:InvokeFunction"), target.arn, f"failed invocations of {name}")
    for mapping in account.of_type("AWS::Lambda::EventSourceMapping"):
        source = account.find(mapping.properties.get("EventSourceArn"))
        if source and source.type == "AWS::SQS::Queue" and mapping.properties["FunctionName"] == function.ref:
            for action in QUEUE_SOURCE_ACTIONS:
                yield Need(role, action, source.arn, f"{name} is fed from {source.logical_id}")
