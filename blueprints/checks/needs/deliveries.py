"""What AWS services need of the policies of queues, topics, buckets and keys to deliver to them."""

from collections.abc import Callable, Iterator

from blueprints.checks.deployed import ACCOUNT, Account, Resource
from blueprints.checks.needs.encryption import encryption_needs, key_of
from blueprints.checks.permissions import Need

_LOG_KEY_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey")
_DELIVERY_ACTIONS = {
    "AWS::SQS::Queue": "sqs:SendMessage",
    "AWS::SNS::Topic": "sns:Publish",
    "AWS::Lambda::Function": "lambda:InvokeFunction",
}


def _by(source: Resource) -> tuple[tuple[str, str], ...]:
    return (("aws:sourceaccount", ACCOUNT), ("aws:sourcearn", source.arn))


def _to_target(account: Account, service: str, target: object, source: Resource) -> Iterator[Need]:
    resource = account.find(target)
    if resource and resource.type in _DELIVERY_ACTIONS:
        reason = f"{source.logical_id} delivers to {resource.logical_id}"
        yield Need(service, _DELIVERY_ACTIONS[resource.type], resource.arn, reason, _by(source))


def rule_needs(account: Account, rule: Resource) -> Iterator[Need]:
    """What EventBridge needs to reach the targets of a rule.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    for target in rule.properties.get("Targets", []):
        for arn in (target["Arn"], target.get("DeadLetterConfig", {}).get("Arn")):
            yield from _to_target(account, "events.amazonaws.com", arn, rule)


def alarm_needs(account: Account, alarm: Resource) -> Iterator[Need]:
    """What CloudWatch needs to notify.

    See https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    for kind in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in alarm.properties.get(kind, []):
            yield from _to_target(account, "cloudwatch.amazonaws.com", arn, alarm)


def subscription_needs(account: Account, subscription: Resource) -> Iterator[Need]:
    """What SNS needs to reach a queue or a function.

    See https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
    """
    topic = account.find(subscription.properties["TopicArn"])
    for arn in (subscription.properties["Endpoint"], subscription.properties.get("RedrivePolicy", {}).get("deadLetterTargetArn")):
        if topic:
            yield from _to_target(account, "sns.amazonaws.com", arn, topic)


def log_group_needs(account: Account, group: Resource) -> Iterator[Need]:
    """What CloudWatch Logs needs of a key.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    key = key_of(account, group)
    context = (("kms:encryptioncontext:aws:logs:arn", group.arn.removesuffix(":*")),)
    for action in _LOG_KEY_ACTIONS if key else ():
        yield Need(f"logs.{account.region}.amazonaws.com", action, key.arn if key else "", f"{group.logical_id} is encrypted", context)


def bucket_needs(account: Account, bucket: Resource) -> Iterator[Need]:
    """What S3 needs to deliver an access log.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    logging = bucket.properties.get("LoggingConfiguration", {})
    target = account.find(logging.get("DestinationBucketName"))
    if target:
        resource = f"{target.arn}/{logging.get('LogFilePrefix', '')}2026-01-01"
        yield Need("logging.s3.amazonaws.com", "s3:PutObject", resource, f"access log of {bucket.logical_id}", _by(bucket))


def trail_needs(account: Account, trail: Resource) -> Iterator[Need]:
    """What CloudTrail needs to deliver.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    service, bucket, reason = "cloudtrail.amazonaws.com", account.find(trail.properties["S3BucketName"]), f"{trail.logical_id} delivers"
    prefix = trail.properties.get("S3KeyPrefix")
    context = (*_by(trail), ("s3:x-amz-acl", "bucket-owner-full-control"))
    if bucket:
        folder = f"{prefix}/AWSLogs" if prefix else "AWSLogs"
        yield Need(service, "s3:GetBucketAcl", bucket.arn, reason, context)
        yield Need(service, "s3:PutObject", f"{bucket.arn}/{folder}/{ACCOUNT}/CloudTrail/file", reason, context)
    key = key_of(account, trail)
    if key:
        encryption = (*context, ("kms:encryptioncontext:aws:cloudtrail:arn", trail.arn))
        for action in ("kms:DescribeKey", "kms:GenerateDataKey"):
            yield Need(service, action, key.arn, reason, encryption)


def method_needs(account: Account, method: Resource) -> Iterator[Need]:
    """What API Gateway needs to invoke a function.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    properties = method.properties
    uri = str(properties.get("Integration", {}).get("Uri", ""))
    function = account.find(uri.split("/functions/")[-1].removesuffix("/invocations").removesuffix("/response-streaming-invocations"))
    if function:
        api = account.find(properties["RestApiId"])
        stages = [stage for stage in account.of_type("AWS::ApiGateway::Stage") if account.find(stage.properties["RestApiId"]) is api]
        for stage in stages:
            path = f"{properties['RestApiId']}/{stage.properties['StageName']}/{properties['HttpMethod']}{_path(account, method)}"
            source = f"arn:aws:execute-api:{account.region}:{ACCOUNT}:{path}"
            context = (("aws:sourceaccount", ACCOUNT), ("aws:sourcearn", source))
            yield Need("apigateway.amazonaws.com", "lambda:InvokeFunction", function.arn, f"{method.logical_id} invokes it", context)


def _path(account: Account, method: Resource) -> str:
    parts: list[str] = []
    part = account.find(method.properties["ResourceId"])
    while part and part.type == "AWS::ApiGateway::Resource":
        parts.insert(0, "example" if part.properties["PathPart"].startswith("{") else part.properties["PathPart"])
        part = account.find(part.properties["ParentId"])
    return "/" + "/".join(parts)


def vector_index_needs(account: Account, index: Resource) -> Iterator[Need]:
    """What S3 Vectors needs of a key to keep an index in order.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html
    """
    key = key_of(account, index)
    context = (
        ("aws:sourceaccount", ACCOUNT),
        ("aws:sourcearn", index.arn.split("/index/")[0]),
        ("kms:encryptioncontextkeys", "aws:s3vectors:arn"),
    )
    if key:
        yield Need("indexing.s3vectors.amazonaws.com", "kms:Decrypt", key.arn, f"{index.logical_id} is kept in order", context)


_SENDERS: dict[str, Callable[[Account, Resource], Iterator[Need]]] = {
    "AWS::ApiGateway::Method": method_needs,
    "AWS::CloudTrail::Trail": trail_needs,
    "AWS::CloudWatch::Alarm": alarm_needs,
    "AWS::Events::Rule": rule_needs,
    "AWS::Logs::LogGroup": log_group_needs,
    "AWS::S3::Bucket": bucket_needs,
    "AWS::S3Vectors::Index": vector_index_needs,
    "AWS::SNS::Subscription": subscription_needs,
}


def delivery_needs(account: Account) -> Iterator[Need]:
    """What services need to deliver what the templates tell them to, with the keys that this takes."""
    for resource in account:
        if resource.type in _SENDERS:
            needs = list(_SENDERS[resource.type](account, resource))
            yield from needs
            yield from encryption_needs(account, (need for need in needs if not need.action.startswith(("kms:", "s3:"))))
