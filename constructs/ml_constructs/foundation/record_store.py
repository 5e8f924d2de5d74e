"""Where inputs, results and what is known of them are kept."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation.storage import SecureBucket
from ml_constructs.foundation.tables import RecordTable, text

BY_STATUS = "by-status"


class RecordStore(Construct):
    """Buckets for inputs, whose uploads are told of, and for results, and a table of records that is searched by status.

    Args:
        record: What a record is of: the name of the table's partition key.
        key: Encrypts everything.
        access_logs: Receives the buckets' access logs.
        retention: How long inputs, results and records are kept, in whole days; without end when left out.
        removal_policy: What happens to buckets and table when the stack goes.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/best-practices.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        record: str,
        key: kms.IKey,
        access_logs: s3.IBucket,
        retention: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        self.retention_days = int(retention.to_days()) if retention else 0
        expiry: Sequence[s3.LifecycleRule] = [s3.LifecycleRule(expiration=retention)] if retention else []
        self.inputs = SecureBucket(
            self, "Inputs", key=key, access_logs=access_logs, event_bridge=True, lifecycle=expiry, removal_policy=removal_policy
        )
        self.results = SecureBucket(self, "Results", key=key, access_logs=access_logs, lifecycle=expiry, removal_policy=removal_policy)
        self.index = RecordTable(self, "Index", key=key, partition_key=record, removal_policy=removal_policy)
        self.index.add_global_secondary_index(index_name=BY_STATUS, partition_key=text("status"), sort_key=text("updated_at"))
