"""What a principal needs of the keys that encrypt what it works with."""

from collections.abc import Iterable, Iterator

from blueprints.checks.deployed import ACCOUNT, Account, Resource
from blueprints.checks.permissions import Need, owner

_READ, _WRITE = ("kms:Decrypt",), ("kms:GenerateDataKey",)
# What an action on an encrypted resource does with its key, on behalf of the caller.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
# https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-data-encryption.html
# https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions.html
_KEY_ACTIONS = {
    "bedrock:ApplyGuardrail": _READ,
    "s3vectors:GetVectors": _READ,
    "s3vectors:PutVectors": _READ,
    "s3vectors:QueryVectors": _READ,
    "s3:GetObject": _READ,
    "s3:GetObjectVersion": _READ,
    "s3:PutObject": _WRITE,
    "s3:AbortMultipartUpload": _READ,  # who uploads in parts may abort, and S3 reads the parts back
    "sqs:SendMessage": _READ + _WRITE,
    "sqs:ReceiveMessage": _READ,
    "sns:Publish": _READ + _WRITE,
    "states:DescribeExecution": _READ,
}
_TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")


def key_of(account: Account, resource: Resource) -> Resource | None:
    """The customer-managed key that encrypts a resource, if one does."""
    properties = resource.properties
    match resource.type:
        case "AWS::S3::Bucket":
            rules = properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [{}])
            key = rules[0].get("ServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        case "AWS::SQS::Queue" | "AWS::SNS::Topic":
            key = properties.get("KmsMasterKeyId")
        case "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable":
            key = properties.get("SSESpecification", {}).get("KMSMasterKeyId")
        case "AWS::StepFunctions::StateMachine":
            key = properties.get("EncryptionConfiguration", {}).get("KmsKeyId")
        case "AWS::Bedrock::Guardrail":
            key = properties.get("KmsKeyArn")
        case "AWS::S3Vectors::Index":
            key = properties.get("EncryptionConfiguration", {}).get("KmsKeyArn")
        case "AWS::Logs::LogGroup" | "AWS::CloudTrail::Trail":
            key = properties.get("KmsKeyId", properties.get("KMSKeyId"))
        case _:
            return None
    return account.find(key)


def _context(resource: Resource) -> tuple[tuple[str, str], ...]:
    service = resource.type.split("::")[1].lower()
    values = {"kms:calleraccount": ACCOUNT, "kms:viaservice": f"{service}.{resource.account.region}.amazonaws.com"}
    if service == "s3":
        values["kms:encryptioncontext:aws:s3:arn"] = resource.arn
    if service == "dynamodb":
        values["kms:encryptioncontext:aws:dynamodb:tablename"] = resource.name
        values["kms:encryptioncontext:aws:dynamodb:subscriberid"] = ACCOUNT
    if resource.type == "AWS::StepFunctions::StateMachine":
        values["kms:encryptioncontext:aws:states:statemachinearn"] = resource.arn
    return tuple(sorted(values.items()))


def encryption_needs(account: Account, needs: Iterable[Need]) -> Iterator[Need]:
    """What the same principals need of keys for what they need of resources."""
    for need in needs:
        resource = owner(account, need.resource)
        key = key_of(account, resource) if resource else None
        if resource is None or key is None:
            continue
        wanted = _READ if resource.type in _TABLES else _KEY_ACTIONS.get(need.action, ())
        for action in wanted:
            context = tuple(sorted({**dict(_context(resource)), **dict(need.context)}.items()))
            yield Need(need.principal, action, key.arn, f"{need.reason}, {resource.logical_id} is encrypted", context)


def secret_key_needs(account: Account, role: str, arn: str) -> Iterator[Need]:
    """What who reads a secret needs of its key, also of one that RDS makes for the master user.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    secret = account.find(arn)
    managed = [cluster for cluster in account.of_type("AWS::RDS::DBCluster") if cluster.attribute("MasterUserSecret.SecretArn") == arn]
    given = (
        [secret.properties.get("KmsKeyId")] if secret else [cluster.properties["MasterUserSecret"].get("KmsKeyId") for cluster in managed]
    )
    key = account.find(given[0]) if given else None
    if key:
        context = (("kms:viaservice", f"secretsmanager.{account.region}.amazonaws.com"),)
        yield Need(role, "kms:Decrypt", key.arn, "the secret is encrypted", context)
