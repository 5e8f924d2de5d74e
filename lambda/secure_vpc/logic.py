"""What is done to a fresh VPC."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

GONE = "InvalidPermission.NotFound"
GATEWAYS = {"S3PrefixList": "s3", "DynamoDbPrefixList": "dynamodb"}


@cache
def ec2() -> Any:
    """The client, made once."""
    return boto3.client("ec2", config=Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=10))


def secure(*, group_id: str, region: str) -> dict[str, str]:
    """Takes the rules out of the default security group and returns the prefix lists of the gateway endpoints."""
    close_group(group_id)
    return {name: prefix_list(f"com.amazonaws.{region}.{service}") for name, service in GATEWAYS.items()}


def close_group(group_id: str) -> None:
    """Removes the two rules that AWS puts into every default security group; none left is fine.

    See https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    members = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group_id}]}]
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    for revoke, rules in ((ec2().revoke_security_group_ingress, members), (ec2().revoke_security_group_egress, everywhere)):
        try:
            revoke(GroupId=group_id, IpPermissions=rules)
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise


def prefix_list(name: str) -> str:
    """Returns the id of the AWS-managed prefix list ``name``.

    Raises:
        LookupError: The region has none of that name.
    """
    found = ec2().describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [name]}])["PrefixLists"]
    if not found:
        raise LookupError(f"no prefix list is called {name}")
    return str(found[0]["PrefixListId"])
