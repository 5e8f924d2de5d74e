"""Where requests, data, results and what is known of them are kept, and where it is told."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from ml_constructs.foundation.grants import grant_publishing
from ml_constructs.foundation.record_store import BY_STATUS, RecordStore
from ml_constructs.foundation.tables import RecordTable, text

__all__ = ["BY_REQUEST", "BY_STATUS", "KEY", "TransformStore"]

BY_REQUEST = "by-request"
KEY = "transform"


class TransformStore(RecordStore):
    """Buckets for inputs and for results, an index of transforms, what says which of them run, and topics for their ends.

    Args:
        key: Encrypts everything.
        access_logs: Receives the buckets' access logs.
        retention: How long inputs, results and rows are kept, in whole days; without end when left out.
        removal_policy: What happens to buckets and tables when the stack goes.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/best-practices.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        access_logs: s3.IBucket,
        retention: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(
            scope, construct_id, record=KEY, key=key, access_logs=access_logs, retention=retention, removal_policy=removal_policy
        )
        self.key = key
        self.index.add_global_secondary_index(index_name=BY_REQUEST, partition_key=text("request"), sort_key=text("updated_at"))
        self.runs = RecordTable(self, "Runs", key=key, removal_policy=removal_policy)
        self.success = sns.Topic(self, "Success", enforce_ssl=True, master_key=key)
        self.error = sns.Topic(self, "Error", enforce_ssl=True, master_key=key)

    def grant_announcing(self, role: iam.Role) -> None:
        """Lets ``role`` publish to both topics."""
        for topic in (self.success, self.error):
            grant_publishing(topic, role, self.key)
