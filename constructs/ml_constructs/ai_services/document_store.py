"""Where documents, results and what is known of them are kept."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation import SecureBucket
from ml_constructs.foundation.tables import RecordTable, text

BY_STATUS = "by-status"


class DocumentStore(Construct):
    """Buckets for documents and results; tables for the index, running jobs, reviews and the cache of results.

    Args:
        key: Encrypts everything.
        access_logs: Receives the buckets' access logs.
        work_retention: How long raw and intermediate results are kept, in whole days.
        retention: How long documents and results are kept, in whole days; without end when left out.
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
        work_retention: Duration,
        retention: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        self.key, self.removal_policy = key, removal_policy
        self.retention_days = int(retention.to_days()) if retention else 0
        expiry = [s3.LifecycleRule(expiration=retention)] if retention else []
        work = s3.LifecycleRule(prefix="work/", expiration=work_retention)
        self.documents = SecureBucket(
            self, "Documents", key=key, access_logs=access_logs, event_bridge=True, lifecycle=expiry, removal_policy=removal_policy
        )
        self.results = SecureBucket(
            self, "Results", key=key, access_logs=access_logs, lifecycle=[work, *expiry], removal_policy=removal_policy
        )
        self.index = self._table("Index", "document")
        self.jobs = self._table("Jobs", "pk")
        self.reviews = self._table("Reviews", "id")
        self.cache = self._table("Cache", "pk")
        self._index_by_status(self.index, "updated_at")
        self._index_by_status(self.reviews, "created_at")

    def _table(self, construct_id: str, partition_key: str) -> RecordTable:
        return RecordTable(self, construct_id, key=self.key, partition_key=partition_key, removal_policy=self.removal_policy)

    def _index_by_status(self, table: dynamodb.Table, sort_key: str) -> None:
        table.add_global_secondary_index(index_name=BY_STATUS, partition_key=text("status"), sort_key=text(sort_key))
