"""Who reaches a collection of OpenSearch Serverless, from where, and which key encrypts it."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_opensearchserverless as aoss
from constructs import Construct

from ml_constructs.bedrock.unique_names import lasting_name

MAX_NAME = 32
READ_AND_WRITE = ("aoss:DescribeIndex", "aoss:ReadDocument", "aoss:WriteDocument")
MANAGE = ("aoss:CreateIndex", "aoss:DeleteIndex", "aoss:DescribeIndex", "aoss:UpdateIndex")
# Bedrock searches and fills the collection, and the service's own API makes indexes in it.
SERVICES = ("aoss.amazonaws.com", "bedrock.amazonaws.com")


class CollectionSecurity(Construct):
    """Encrypts one collection with a key of yours, and closes it to every network.

    Only AWS services get to it, on behalf of identities that an access policy names: not the internet, and no VPC.

    Args:
        collection: Its name.
        key: Encrypts it; identities that make the collection need ``kms:CreateGrant`` and ``kms:DescribeKey``.
        removal_policy: That of the collection, which needs its policies as long as it stands.

    See https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-network.html and
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-encryption.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, collection: str, key: kms.IKey, removal_policy: RemovalPolicy) -> None:
        super().__init__(scope, construct_id)
        rules = [{"ResourceType": "collection", "Resource": [f"collection/{collection}"]}]
        self.encryption = self._policy("Encryption", collection, {"Rules": rules, "AWSOwnedKey": False, "KmsARN": key.key_arn})
        private = [{"Rules": rules, "AllowFromPublic": False, "SourceServices": list(SERVICES)}]
        self.network = self._policy("Network", collection, private)
        for policy in (self.encryption, self.network):
            policy.apply_removal_policy(removal_policy)

    def _policy(self, kind: str, collection: str, document: Any) -> aoss.CfnSecurityPolicy:
        text = Stack.of(self).to_json_string(document)
        name = lasting_name(self, kind, collection, max_length=MAX_NAME)
        return aoss.CfnSecurityPolicy(self, kind, name=name, policy=text, type=kind.lower())


def index_access(
    scope: Construct, construct_id: str, *, collection: str, prefix: str, principal_arn: str, permissions: Sequence[str]
) -> aoss.CfnAccessPolicy:
    """Lets one identity, whose own policies have to allow ``aoss:APIAccessAll`` as well, use the indexes of one collection.

    A policy takes a minute or more to be in force, and nothing tells when it is. It names what every index of the collection has in common,
    so that the one which takes the place of another finds it in force.

    Args:
        scope: Where the policy is defined.
        construct_id: Its id there.
        collection: The name of the collection.
        prefix: What the names of its indexes begin with.
        principal_arn: The identity.
        permissions: Such as ``READ_AND_WRITE``.

    See https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
    """
    rules = [{"ResourceType": "index", "Resource": [f"index/{collection}/{prefix}*"], "Permission": list(permissions)}]
    return aoss.CfnAccessPolicy(
        scope,
        construct_id,
        name=lasting_name(scope, construct_id, collection, max_length=MAX_NAME),
        policy=Stack.of(scope).to_json_string([{"Rules": rules, "Principal": [principal_arn]}]),
        type="data",
    )
